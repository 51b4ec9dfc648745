/**
 * Installs the packages of package-lock.json if that has not been done yet. Plain JavaScript without dependencies,
 * because on a new machine it runs on any version of Node; the packages include the pinned Node for everything else.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const changed = (name) => statSync(`${root}/${name}`, { throwIfNoEntry: false })?.mtimeMs ?? 0

if (changed('node_modules/.package-lock.json') < changed('package-lock.json')) {
  console.error('webclave: installing what package-lock.json names (once)')
  // Not `npm ci`, which rejects the lock file if a registry does not have the packages of all other platforms.
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  // Standard output belongs to the command that follows.
  const { status } = spawnSync('npm', args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) {
    console.error('webclave: npm install failed; is the npm registry reachable?')
    process.exit(1)
  }
}
