/** Wireshark's command line, to validate traces. */
import { execFileSync } from 'node:child_process'
import { hasProgram } from './debian.ts'

/** Whether tshark is available. @throws {Error} if it is not, with `CI` set */
export function hasTshark(): boolean {
  return hasProgram('tshark', 'the test that Wireshark reads a trace')
}

/** Its output for the file at `path`. */
export function tshark(path: string, ...words: readonly string[]): string {
  return execFileSync('tshark', ['-r', path, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
