/**
 * Programs that a test needs in addition to Node: they are found, or installed if this is root on Debian, or else
 * reported as missing. With `CI` set a missing program is an error.
 */
import { spawnSync } from 'node:child_process'

/**
 * Whether `command`, from the Debian package `name`, is available. @throws {Error} if it is not, with `CI` set
 */
export function hasProgram(
  command: string,
  missing: string,
  asked: readonly string[] = ['--version'],
  name: string = command,
): boolean {
  return hasPackage(name, missing, () => spawnSync(command, asked).status === 0)
}

/**
 * Whether `has` finds what is in the Debian package `name`, also after it was installed.
 * @throws {Error} if it does not, with `CI` set
 */
export function hasPackage(name: string, missing: string, has: () => boolean): boolean {
  if (!has()) install(name)
  if (has()) return true
  const what = `${name} is missing, and so is ${missing}`
  if (process.env['CI']) throw new Error(`${what}; with CI set none may be: apt-get install ${name}`)
  console.error(`LEFT OUT: ${what}; to have it: apt-get install ${name}`)
  return false
}

function install(name: string): void {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return
  console.error(`webclave: installing ${name} (once)`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const words of [['update'], ['install', '-y', '--no-install-recommends', name]])
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...words], { env, stdio: 'ignore' })
}
