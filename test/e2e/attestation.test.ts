/**
 * `webclave/attestation`, bundled with esbuild, in a page and in a Worker; and the attestation root that a tab
 * stores.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AttestationAuthority,
  createAttestationAuthority,
} from '../../src/attestation/issue/authority.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { type StaticServer, serveFolder } from '../../web/site/serve.ts'
import { somePcrs } from '../attestation/forge.ts'
import { launchBrowser } from './browser.ts'

/** Runs in the browser: verifies a document against a root, and returns the essential part of the verdict. */
const PROGRAM = `
import { decodeDocumentText, verifyAttestation } from './index.ts'
globalThis.judge = async ({ document, roots }) => {
  const bytes = decodeDocumentText(document)
  const { ok, checks } = await verifyAttestation(bytes, { profile: 'qingtian', roots, nonce: '0102' })
  return { ok, failed: checks.filter((check) => !check.ok).map((check) => check.name), count: checks.length }
}
if (typeof document === 'undefined') onmessage = async ({ data }) => postMessage(await judge(data))
`

/**
 * Runs in the browser: loads or rotates the stored root, and returns its certificate and whether its key is
 * extractable.
 */
const ROOT_PROGRAM = `
import { persistentRoot } from './root.ts'
import { toPem } from '../encoding/pem.ts'
const describe = async (root) => ({ pem: toPem(root.rootCertificate), extractable: root.rootKey.privateKey.extractable })
globalThis.load = async () => describe(await persistentRoot().load())
globalThis.rotate = async () => describe(await persistentRoot().rotate())
`

interface Question {
  document: string
  roots: string
}
interface Answer {
  ok: boolean
  failed: string[]
  count: number
}
interface StoredRoot {
  pem: string
  extractable: boolean
}
declare function judge(question: Question): Promise<Answer>
declare function load(): Promise<StoredRoot>
declare function rotate(): Promise<StoredRoot>

let folder: string
let server: StaticServer
let browser: Browser
let page: Page
let authority: AttestationAuthority
let document: Bytes

async function bundle(contents: string, room: string, outfile: string): Promise<void> {
  const resolveDir = fileURLToPath(new URL(`../../src/${room}`, import.meta.url))
  await build({
    stdin: { contents, resolveDir, loader: 'ts' },
    bundle: true,
    format: 'iife',
    external: ['node:*'],
    logLevel: 'error',
    outfile: join(folder, outfile),
    tsconfigRaw: {},
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-attestation-'))
  await bundle(PROGRAM, 'attestation', 'judge.js')
  await bundle(ROOT_PROGRAM, 'parent', 'keeper.js')
  const scripts = '<script src="./judge.js"></script><script src="./keeper.js"></script>'
  await writeFile(join(folder, 'index.html'), `<!doctype html>${scripts}`)
  server = await serveFolder({ root: folder, port: 0 })
  browser = await launchBrowser()
  page = await (await browser.newContext()).newPage()
  await page.goto(server.url)
  authority = await createAttestationAuthority({ instanceId: crypto.randomUUID() })
  document = await authority.attest({
    profile: 'qingtian',
    moduleId: 'i.enc-0123456789abcdef',
    nonce: Uint8Array.of(1, 2),
    pcrs: somePcrs(),
  })
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the verifier', () => {
  const inPage = (question: Question) => page.evaluate((asked) => judge(asked), question)
  const inWorker = (question: Question) =>
    page.evaluate(async (asked) => {
      const worker = new Worker('./judge.js')
      const answered = new Promise<Answer>((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
      })
      worker.postMessage(asked)
      return answered.finally(() => worker.terminate())
    }, question)

  test.each([
    ['a page', inPage],
    ['a Worker', inWorker],
  ])('in %s accepts a document, and rejects it with a flipped bit or under another root', async (_, ask) => {
    const [roots, text] = [authority.rootPem, Buffer.from(document).toString('base64')]
    expect(await ask({ document: text, roots })).toEqual({ ok: true, failed: [], count: 16 })
    const flipped = Buffer.from(document.with(-1, document.at(-1)! ^ 1)).toString('hex')
    expect(await ask({ document: flipped, roots })).toMatchObject({ ok: false, failed: ['signature'] })
    expect(await ask({ document: text, roots: 'ab'.repeat(32) })).toMatchObject({ failed: ['root pinned'] })
  })
})

describe('the attestation root of a tab', () => {
  test('is the same for concurrent loads, after a reload and in another tab, and its key is not extractable', async () => {
    const kept = await page.evaluate(() => Promise.all([load(), load(), load()]))
    expect(new Set(kept.map(({ pem }) => pem)).size).toBe(1)
    expect(kept[0]?.extractable).toBe(false)
    await page.reload()
    expect(await page.evaluate(() => load())).toEqual(kept[0])
    const tab = await page.context().newPage()
    await tab.goto(server.url)
    expect(await tab.evaluate(() => load())).toEqual(kept[0])
    await tab.close()
  })

  test('changes with a rotation', async () => {
    const before = await page.evaluate(() => load())
    const after = await page.evaluate(() => rotate())
    expect(after.pem).not.toBe(before.pem)
    expect(await page.evaluate(() => load())).toEqual(after)
  })
})
