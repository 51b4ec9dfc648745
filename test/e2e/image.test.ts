/**
 * An image of realistic size, opened in a page as a File: it is described as a stream, with the measurements that
 * openssl computes.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { opensslPcr, rawEif, text } from '../image/support.ts'
import { launchBrowser } from './browser.ts'

const MIB = 1024 * 1024
const kernel = new Uint8Array(5 * MIB).fill(1)
const cmdline = text('reboot=k panic=30')
const boot = new Uint8Array(2 * MIB).fill(2)
const application = Uint8Array.from({ length: 40 * MIB }, (_, at) => (at * 13 + (at >> 12)) & 255)

/** Describes the chosen file, and records the largest part that was read at once. */
const PAGE = `
import { describeImage, pcrsToHex } from ${JSON.stringify(fileURLToPath(new URL('../../src/image/index.ts', import.meta.url)))}
let largest = 0
const { slice } = Blob.prototype
Blob.prototype.slice = function (from, to, type) {
  largest = Math.max(largest, to - from)
  return slice.call(this, from, to, type)
}
const whole = []
for (const name of ['arrayBuffer', 'text', 'stream', 'bytes']) {
  const read = File.prototype[name] ?? (() => {})
  File.prototype[name] = function () { whole.push(name); return read.call(this) }
}
globalThis.describe = async () => {
  const [file] = document.querySelector('input').files
  const { pcrs, crc, size, sections, problem } = await describeImage(file)
  return { pcrs: { nitro: pcrsToHex(pcrs.nitro) }, crc: crc.ok, size, sections: sections.length, problem: problem?.code, largest, whole }
}`

let folder: string
let server: Server
let browser: Browser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-page-'))
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: '.' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    external: ['node:*', 'esbuild', './bundle.ts', './node-hash.ts'],
    logLevel: 'silent',
  })
  const script = outputFiles[0]!.text
  server = createServer(({ url }, response) => {
    const isScript = url === '/page.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<input type=file><script type=module src=/page.js></script>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  browser = await launchBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  server?.close()
  await rm(folder, { recursive: true })
})

it('a Nitro image of 47 MiB is described as a stream', async () => {
  const path = join(folder, 'nitro.eif')
  const disks = [boot, application].map((data) => ({ type: 3, data }))
  const eif = rawEif([{ type: 1, data: kernel }, { type: 2, data: cmdline }, ...disks])
  await writeFile(path, eif)
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await page.setInputFiles('input', path)
  const described = await page.evaluate('describe()')
  expect(described).toMatchObject({
    size: eif.length,
    crc: true,
    sections: 4,
    problem: 'E_IMAGE_FOREIGN',
    pcrs: {
      nitro: {
        PCR0: opensslPcr(kernel, cmdline, boot, application),
        PCR1: opensslPcr(kernel, cmdline, boot),
        PCR2: opensslPcr(application),
      },
    },
  })
  // The whole file was never read at once, and no part was larger than the scanner's.
  expect(described).toMatchObject({ whole: [], largest: MIB })
})
