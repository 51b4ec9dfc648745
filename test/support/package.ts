/** The npm package as users get it. */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { patience } from './patience.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs npm in `cwd` with the machine's cache and registry, and with the Node of this process. */
export function npm(args: readonly string[], cwd: string): string {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` }
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  return execFileSync('npm', [...quiet, ...args], { cwd, env, encoding: 'utf8', timeout: patience(300_000) })
}

/** Packs the package into `folder`; the path of the tarball. */
export function pack(folder: string): string {
  npm(['pack', '--ignore-scripts', '--pack-destination', folder], root)
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!)
}
