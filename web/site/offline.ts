/** Bundles the page's service worker, with the list of the site's files. */
import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { bundleServiceWorker } from '../../scripts/service-worker-bundle.ts'

const NAME = 'service-worker.js'

/** Writes the service worker into the site in `folder`, which is otherwise complete. */
export async function writeServiceWorker(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== NAME)
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\n`).update(await readFile(join(folder, file)))
  const id = hash.digest('hex').slice(0, 16)
  const site = JSON.stringify({ id, files })
  await writeFile(join(folder, NAME), await bundleServiceWorker('web/site/service-worker.ts', { SITE: site }))
}
