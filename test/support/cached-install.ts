/**
 * Packages that few tests need and that are large: installed once per machine, into a folder of their own. Without a
 * registry they are reported as missing. With `CI` set that is an error.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from './package.ts'

const cache = fileURLToPath(new URL('../../node_modules/.cache/webclave', import.meta.url))

/** The folder in whose node_modules `packages` (names and exact versions) are; undefined if they cannot be installed. */
export function cachedInstall(name: string, packages: Readonly<Record<string, string>>): string | undefined {
  const description = JSON.stringify({ private: true, dependencies: packages })
  const digest = createHash('sha256').update(description).digest('hex').slice(0, 12)
  const folder = join(cache, `${name}-${digest}`)
  if (existsSync(folder)) return folder
  const own = `${folder}-${process.pid}`
  mkdirSync(own, { recursive: true })
  try {
    console.error(`webclave: installing ${Object.keys(packages).join(', ')} (once)`)
    writeFileSync(join(own, 'package.json'), description)
    npm(['install', '--ignore-scripts'], own)
    // Another process may have been faster.
    if (!existsSync(folder)) renameSync(own, folder)
    return folder
  } catch (error) {
    const what = `${name} cannot be installed: ${(error as Error).message.split('\n')[0]}`
    if (process.env['CI']) throw new Error(what, { cause: error })
    console.error(`LEFT OUT: ${what}`)
    return undefined
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
}
