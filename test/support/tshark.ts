/** Wireshark's command line, as a judge of traces. */
import { execFileSync } from 'node:child_process'
import { hasProgram } from './debian.ts'

/** Whether there is one. Throws with `CI` set where there is none. */
export function hasTshark(): boolean {
  return hasProgram('tshark', 'the test that Wireshark reads a trace')
}

/** What it says of the file at `path`. */
export function tshark(path: string, ...words: readonly string[]): string {
  return execFileSync('tshark', ['-r', path, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
