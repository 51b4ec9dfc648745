/** How the process of a command ends: not before what it has printed was taken, and at once if nobody reads it. */
import type { Writable } from 'node:stream'

/** The exit status that shells give to a program that SIGPIPE ended. */
const NOBODY_READS = 141

/** Runs a command in this process, and exits with the status that it resolves with. */
export function runToEnd(command: () => Promise<number>): void {
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', () => {
      // A command with a listener of its own decides itself.
      if (output === process.stdout && output.listenerCount('error') === 1) process.exit(NOBODY_READS)
    })
  }
  void command().then(async (status) => {
    await Promise.all([taken(process.stdout), taken(process.stderr)])
    process.exit(status)
  })
}

/** Resolves when all that was written is delivered, or cannot be: a pipe takes 64 KiB at once, and the rest later. */
function taken(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (output.writableLength === 0) resolve()
    else output.write('', () => resolve())
  })
}
