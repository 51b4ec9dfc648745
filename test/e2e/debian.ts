/** Programs of the tests that Debian has: found in PATH, or installed if this is Debian and we are root. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The first of `names` that is a program in PATH or one of Debian's folders. */
export function programOf(names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram)
}

/** Installs packages; false if that is not possible here. */
export function installed(...packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const run = (...args: string[]) =>
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'ignore'] })
  const install = () => run('install', '-y', '--no-install-recommends', ...packages)
  try {
    try {
      install()
    } catch {
      // A new container has no package lists.
      run('update')
      install()
    }
    return true
  } catch {
    return false
  }
}
