/**
 * `npm run build:web`: builds the page into dist/web, static files for any plain host, and the same folder as
 * dist/webclave-web.zip, for a classroom without a network.
 */
import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { zipSync } from 'fflate'

try {
  parseArgs({ options: {} })
} catch (error) {
  console.error(`${(error as Error).message}\n\nusage: npm run build:web`)
  process.exit(1)
}

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, 'dist/web')
const archive = join(root, 'dist/webclave-web.zip')
/** No time of the machine gets into the archive: the same page gives the same bytes. */
const TIME = new Date(1980, 0, 1)

execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' })
// Imported only now, because the page's build needs the artefacts just built.
const { buildSite } = await import('../web/site/build.ts')
await buildSite(folder)

const entries = await readdir(folder, { recursive: true, withFileTypes: true })
const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
const contents: Record<string, Uint8Array> = {}
for (const file of files.sort())
  contents[`webclave-web/${file.slice(folder.length + 1)}`] = new Uint8Array(await readFile(file))
const zip = zipSync(contents, { level: 9, mtime: TIME })
await writeFile(archive, zip)
const size = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
console.log(`dist/web: ${files.length} files\ndist/webclave-web.zip: ${size(zip.length)}`)
