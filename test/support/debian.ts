/**
 * Programs that a test needs besides Node: found, or installed where this is root on a Debian, or said aloud to be left
 * out. With `CI` set none may be.
 */
import { spawnSync } from 'node:child_process'

/** Whether `command`, which the Debian package of the same name brings, can be run. Throws with `CI` set where not. */
export function hasProgram(
  command: string,
  missing: string,
  asked: readonly string[] = ['--version'],
): boolean {
  const has = () => spawnSync(command, asked).status === 0
  if (!has()) install(command)
  if (has()) return true
  const what = `${command} is missing, and so is ${missing}`
  if (process.env['CI']) throw new Error(`${what}; with CI set none may be: apt-get install ${command}`)
  console.error(`LEFT OUT: ${what}; to have it: apt-get install ${command}`)
  return false
}

function install(name: string): void {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return
  console.error(`webclave: installing ${name} (once)`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const words of [['update'], ['install', '-y', '--no-install-recommends', name]])
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...words], { env, stdio: 'ignore' })
}
