/** The built page, which all browser tests share: built once for the same sources, by the test that comes first. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSite } from '../../web/site/build.ts'
import { patience } from '../support/patience.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, '.cache')
/** Milliseconds after which another test's build counts as dead. */
const DEADLINE = patience(120_000)
const INTERVAL = 200

/** The folder of the page. It must not be changed. */
export async function sharedSite(): Promise<string> {
  const folder = join(cache, `site-${await stateOfSources()}`)
  await mkdir(cache, { recursive: true })
  const own = `${folder}-building`
  const begin = performance.now()
  while (!(await exists(folder))) {
    const isOurs = await mkdir(own).then(
      () => true,
      () => false,
    )
    if (isOurs) {
      await removeOlder(folder)
      await buildSite(own)
      await rename(own, folder)
    } else if (performance.now() - begin > DEADLINE) {
      // Its builder was killed.
      await rm(own, { recursive: true, force: true })
    } else {
      await new Promise((resolve) => setTimeout(resolve, INTERVAL))
    }
  }
  return folder
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Sites of other sources are of no use any more. */
async function removeOlder(folder: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name)
    if (/^site-[0-9a-f]+$/.test(name) && path !== folder) await rm(path, { recursive: true, force: true })
  }
}

/** A digest of what the page is built of. */
async function stateOfSources(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(root, 'dist/.stamp')))
  for (const part of [
    'web',
    'guests/echo',
    'guests/password-vault',
    'guests/secret-signer',
    'guests/tokenizer',
  ]) {
    const entries = await readdir(join(root, part), { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    for (const file of files.sort()) {
      const { size, mtimeMs } = await stat(file)
      hash.update(`${file} ${size} ${mtimeMs}\n`)
    }
  }
  return hash.digest('hex').slice(0, 16)
}
