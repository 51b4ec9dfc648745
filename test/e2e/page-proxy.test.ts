/**
 * An enclave in a Chromium tab reaches a server of another origin through its page, which may refuse it; https only if its image
 * allows that; and the KMS of the tab by name.
 */
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'
import { issue } from '../support/certificates.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import { launchBrowser } from './browser.ts'
import type { Outcome } from './page-proxy.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const MIB = 1024 * 1024

/** The global variable that page.js sets. */
interface Bundle {
  bundle: typeof import('./page-proxy.ts')
}

let folder: string
let site: StaticServer
let browser: Browser
let page: Page
let plain: Server
let secure: Server
/** What has reached the two servers. */
const asked: string[] = []

const answer: RequestListener = (request, response) => {
  let length = 0
  request.on('data', (bytes: Buffer) => {
    length += bytes.length
  })
  request.on('end', () => {
    asked.push(`${request.method} ${request.url} ${length} ${request.headers.cookie ?? ''}`)
    if (request.url === '/closed') return void response.end('for nobody')
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Access-Control-Allow-Headers', '*')
    response.setHeader('Access-Control-Expose-Headers', 'X-Answer')
    response.statusCode = request.url === '/away' ? 302 : 200
    response.setHeader('Location', '/')
    response.setHeader('X-Answer', '42')
    response.end(request.url === '/long' ? 'x'.repeat(2 * MIB) : `got ${length}`)
  })
}
const portOf = (server: Server) => (server.address() as AddressInfo).port

beforeAll(async () => {
  const { keyPem: key, pem: cert } = issue({ subject: 'server', addresses: ['127.0.0.1'] })
  plain = createServer(answer).listen(0, '127.0.0.1')
  secure = createSecureServer({ key, cert }, answer).listen(0, '127.0.0.1')
  await Promise.all([plain, secure].map((server) => once(server, 'listening')))
  folder = await mkdtemp(join(tmpdir(), 'webclave-page-'))
  // The output is as many folders below dist as the sources are, so that relative paths still work.
  await build({
    entryPoints: [join(project, 'test/e2e/page-proxy.ts')],
    bundle: true,
    format: 'esm',
    splitting: true,
    external: ['node:*'],
    logLevel: 'error',
    outdir: join(folder, 'bundle/page'),
    tsconfigRaw: {},
  })
  await cp(join(project, 'dist'), join(folder, 'dist'), { recursive: true })
  await cp(join(project, 'dist/service-worker.js'), join(folder, 'service-worker.js'))
  const script = "import * as bundle from './bundle/page/page-proxy.js'\nglobalThis.bundle = bundle\n"
  await writeFile(join(folder, 'page.js'), script)
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><script type="module" src="./page.js"></script>',
  )
  const manifests = {
    plain: { destinations: ['127.0.0.1:*', 'kms.tab:80'] },
    read: { destinations: ['127.0.0.1:*'], pageFetch: true },
  }
  for (const [name, manifest] of Object.entries(manifests))
    await writeFile(join(folder, `${name}.eif`), (await laboratoryImage({ manifest })).eif)
  site = await serveFolder({ root: folder, port: 0, bare: true })
  browser = await launchBrowser('--ignore-certificate-errors')
  page = await browser.newPage()
  await page.goto(site.url)
  // The tab is loaded again when it is isolated, once.
  await page.evaluate(() => void (globalThis as unknown as Bundle).bundle.isolateTab())
  await page.waitForFunction(() => globalThis.crossOriginIsolated && 'bundle' in globalThis)
  await page.evaluate(() => (globalThis as unknown as Bundle).bundle.isolateTab())
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await site?.close()
  plain?.close()
  secure?.close()
  await rm(folder, { recursive: true, force: true })
})

function run(image: string, code: string, allowlist: readonly string[]): Promise<Outcome> {
  asked.length = 0
  return page.evaluate(
    ([name, text, rules]) => (globalThis as unknown as Bundle).bundle.runInTab(name, text, rules),
    [image, code, allowlist] as const,
  )
}

/** The code, message and reason of what `fetch` throws, or the status and the text of the response. */
const ask = (url: string, init = '{}') => `try {
    const response = await fetch(${JSON.stringify(url)}, ${init})
    return [response.status, response.headers.get('x-answer'), (await response.text()).slice(0, 100)]
  } catch ({ cause }) { return [cause.code, cause.message] }`

test('an allowed request is made by the page, with a body, and its response arrives', async () => {
  const place = `127.0.0.1:${portOf(plain)}`
  const init = `{ method: 'POST', body: new Uint8Array(${MIB}) }`
  const { reply, entries } = await run('plain', ask(`http://${place}/a`, init), [place])
  expect(reply).toEqual({ value: [200, '42', `got ${MIB}`] })
  expect(asked).toEqual([`POST /a ${MIB} `])
  expect(entries).toMatchObject([{ destination: place, protocol: 'fetch', bytesOut: MIB, end: 'closed' }])
})

test('several requests use one connection, also for long responses', async () => {
  const url = `http://127.0.0.1:${portOf(plain)}`
  const code = `let length = 0
    for (let count = 0; count < 3; count++) length += (await (await fetch('${url}/long')).text()).length
    return length`
  const { reply, entries } = await run('plain', code, ['127.0.0.1:*'])
  expect(reply).toEqual({ value: 6 * MIB })
  expect(entries.map(({ bytesIn }) => bytesIn)).toEqual([2 * MIB, 2 * MIB, 2 * MIB])
})

test('what no rule allows is refused with the rule, and no server is asked', async () => {
  const url = `http://127.0.0.1:${portOf(plain)}/a`
  const init = `{ method: 'POST', body: new Uint8Array(${MIB}) }`
  const { reply, entries } = await run('plain', ask(url, init), ['a.example:80'])
  expect(reply.value).toEqual(['E_NETWORK_REFUSED', expect.stringContaining('no rule allows 127.0.0.1:')])
  expect(asked).toEqual([])
  expect(entries).toMatchObject([{ code: 'E_PROXY_NOT_ALLOWED', end: 'refused' }])
})

test.each([
  ['/closed', /the page could not fetch: .*\(CORS\)/],
  ['/away', /a redirect, which a page cannot read/],
])('a response of %s, which the page cannot read, is an error that says why', async (path, says) => {
  const { reply } = await run('plain', ask(`http://127.0.0.1:${portOf(plain)}${path}`), ['127.0.0.1:*'])
  expect(reply.value).toEqual(['E_NETWORK_CONNECT', expect.stringMatching(says)])
})

test('https is requested through the page only if the image allows that', async () => {
  const code = ask(`https://127.0.0.1:${portOf(secure)}/s`)
  const { reply } = await run('plain', code, ['127.0.0.1:*'])
  expect(reply.value).toEqual(['E_NETWORK_PAGE', expect.stringContaining('"pageFetch": true')])
  expect(asked).toEqual([])
  expect((await run('read', code, ['127.0.0.1:*'])).reply).toEqual({ value: [200, '42', 'got 0'] })
  expect(asked).toEqual(['GET /s 0 '])
})

test('the KMS of the tab answers by name, without a rule, if the manifest lists it', async () => {
  const init = `{ method: 'POST', body: '{}', headers: {
    'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'TrentService.ListKeys' } }`
  const listed = await run('plain', ask('http://kms.tab/', init), [])
  expect(listed.reply).toEqual({ value: [200, null, expect.stringMatching(/^\{"Keys":\[\]/)] })
  const other = await run('read', ask('http://kms.tab/', init), [])
  expect(other.reply.value).toEqual(['E_NETWORK_REFUSED', expect.stringContaining('which has 127.0.0.1:*')])
})
