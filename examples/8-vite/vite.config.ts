/** Puts the image and webclave's service worker beside the page. Vite carries all other files along. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineConfig } from 'vite'
import { copyServiceWorker } from 'webclave/artefacts'
import { buildImage } from 'webclave/image'

const folder = (name: string) => join(import.meta.dirname, name)

export default defineConfig(async () => {
  await mkdir(folder('public'), { recursive: true })
  await copyServiceWorker(folder('public'))
  const { eif } = await buildImage({ app: { path: folder('guest') } })
  await writeFile(folder('public/guest.eif'), eif)
  return {}
})
