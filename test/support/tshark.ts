/**
 * Wireshark's command line, as a judge of traces: found, or installed where this is root on a Debian, or said aloud to
 * be left out. With `CI` set it may not be.
 */
import { execFileSync, spawnSync } from 'node:child_process'

const has = () => spawnSync('tshark', ['--version']).status === 0

function install(): void {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return
  console.error('webclave: installing tshark (once)')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const words of [['update'], ['install', '-y', '--no-install-recommends', 'tshark']])
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...words], { env, stdio: 'ignore' })
}

/** Whether there is one. Throws with `CI` set where there is none. */
export function hasTshark(): boolean {
  if (!has()) install()
  if (has()) return true
  const what = 'tshark is missing, and so is the test that Wireshark reads a trace'
  if (process.env['CI']) throw new Error(`${what}; with CI set none may be: apt-get install tshark`)
  console.error(`LEFT OUT: ${what}; to have it: apt-get install tshark`)
  return false
}

/** What it says of the file at `path`. */
export function tshark(path: string, ...words: readonly string[]): string {
  return execFileSync('tshark', ['-r', path, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}
