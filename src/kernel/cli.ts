/** wasi:cli: the image's arguments and environment, the console, no terminal, and exit. */
import { defineResource } from './resource.ts'
import type { ByteSink, Streams } from './streams.ts'

/** Thrown when a program exits through wasi:cli/exit. */
export class ProgramExit extends Error {
  readonly status: number
  constructor(status: number) {
    super(`exit with status ${status}`)
    this.status = status
  }
}

/** The program's arguments and environment, from the image. */
export interface ProgramEnvironment {
  args: readonly string[]
  env: readonly (readonly [string, string])[]
}

class Terminal {}

/** Creates the interfaces of wasi:cli except `run`, by name. */
export function createCli(
  { args, env }: ProgramEnvironment,
  streams: Streams,
  console: ByteSink,
): Record<string, Record<string, unknown>> {
  const noInput = () =>
    streams.createInput({
      available: 0,
      read: () => 0,
      ended: true,
      failure: undefined,
      drop() {},
    })
  const output = () => streams.createOutput(console)
  const terminal = defineResource(Terminal, {}).resourceClass
  return {
    environment: {
      getEnvironment: () => env.map(([name, value]) => [name, value]),
      getArguments: () => [...args],
      initialCwd: () => '/',
    },
    exit: {
      exit: (status: { tag: 'ok' | 'err' }) => {
        throw new ProgramExit(status.tag === 'ok' ? 0 : 1)
      },
      exitWithCode: (status: number) => {
        throw new ProgramExit(status)
      },
    },
    stdin: { getStdin: noInput },
    stdout: { getStdout: output },
    stderr: { getStderr: output },
    'terminal-input': { TerminalInput: terminal },
    'terminal-output': { TerminalOutput: terminal },
    'terminal-stdin': { getTerminalStdin: () => undefined },
    'terminal-stdout': { getTerminalStdout: () => undefined },
    'terminal-stderr': { getTerminalStderr: () => undefined },
  }
}
