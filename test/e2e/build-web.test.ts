/** `npm run build:web`: a folder of static files, and the same folder as a zip. */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('writes the page into dist/web, and the same files into the zip', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/build-web.ts'], { cwd: root })
  expect(stdout).toMatch(/^dist\/web: \d+ files\ndist\/webclave-web\.zip: \d+\.\d MB$/m)
  const folder = join(root, 'dist/web')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  const zip = unzipSync(new Uint8Array(await readFile(join(root, 'dist/webclave-web.zip'))))
  expect(Object.keys(zip).sort()).toEqual(files.map((name) => `webclave-web/${name}`).sort())
  for (const name of ['index.html', 'service-worker.js'])
    expect(Buffer.from(zip[`webclave-web/${name}`]!)).toEqual(await readFile(join(folder, name)))
  // Some hosts serve no names that begin with a dot, and one that is missing would keep the page from working offline.
  expect(files.filter((name) => /(?:^|\/)\./.test(name))).toEqual([])
})
