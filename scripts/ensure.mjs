/**
 * Installs what package-lock.json names, where that has not been done yet. Plain JavaScript without dependencies: on
 * a fresh machine this runs on whatever Node there is; what it installs includes the pinned Node for all the rest.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const changed = (name) => statSync(`${root}/${name}`, { throwIfNoEntry: false })?.mtimeMs ?? 0

if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  console.error('webclave: installing what package-lock.json names (once)')
  // Not `npm ci`: that refuses the lock file where a registry has not the packages of every other platform.
  const words = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  // Standard output belongs to the command that comes after.
  const { status } = spawnSync('npm', words, {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) {
    console.error('webclave: npm install failed; is the npm registry reachable?')
    process.exit(1)
  }
}
