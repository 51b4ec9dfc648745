/** `webclave/artefacts`: the files are copied, and found in the folder that a program names. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { artefactsAt, copyArtefacts, copyServiceWorker } from '../../src/platform/artefact-folder.ts'
import {
  ARTEFACT_FILES,
  ARTEFACTS,
  type ArtefactName,
  readArtefact,
  setArtefactFolder,
} from '../../src/platform/artefacts.ts'

const folder = mkdtempSync(join(tmpdir(), 'webclave-artefacts-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => {
  setArtefactFolder(undefined)
  vi.unstubAllGlobals()
})
const names = Object.keys(ARTEFACT_FILES) as ArtefactName[]

test('the files that bundlers see are those of the list', () => {
  for (const name of names) {
    expect(ARTEFACTS[name].pathname).toMatch(new RegExp(`/dist/${ARTEFACT_FILES[name]}$`))
    expect(existsSync(ARTEFACTS[name]), name).toBe(true)
  }
})

describe('copied files', () => {
  test('are all that the start of an enclave needs, and are read from their folder', async () => {
    const own = await readArtefact(ARTEFACTS.kernel)
    await copyArtefacts(folder)
    artefactsAt(pathToFileURL(folder))
    expect(ARTEFACTS.kernel).toEqual(pathToFileURL(join(folder, 'kernel.txt')))
    expect(await readArtefact(ARTEFACTS.kernel)).toEqual(own)
    const absent = names.filter((name) => !existsSync(ARTEFACTS[name]))
    expect(absent).toEqual(['stamp', 'sdk', 'guestModules'])
    expect(readFileSync(ARTEFACTS.process, 'utf8')).toContain('enclave-process.cjs')
    expect(readdirSync(folder)).toContain('enclave-process.cjs')
  })

  test('are copied to a URL too; the service worker is a file of its own', async () => {
    await copyServiceWorker(pathToFileURL(join(folder, 'public')))
    expect(readdirSync(join(folder, 'public'))).toEqual(['service-worker.js'])
  })
})

describe('their folder', () => {
  test('is relative to the page', () => {
    vi.stubGlobal('location', { href: 'https://a.example/app/index.html?b' })
    artefactsAt('webclave')
    expect(ARTEFACTS.engine.href).toBe('https://a.example/app/webclave/engine/engine.wasm')
    artefactsAt('/files/')
    expect(ARTEFACTS.engine.href).toBe('https://a.example/files/engine/engine.wasm')
  })

  test.each(['webclave/', fileURLToPath(import.meta.url), ''])('cannot be %j outside of a page', (text) => {
    expect(() => artefactsAt(text)).toThrow(expect.objectContaining({ code: 'E_ARTEFACT' }))
  })
})

test('a page that a server sends for a missing file is not taken for the file', async () => {
  const page = new Response('<!doctype html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
  vi.stubGlobal('fetch', async () => page)
  await expect(readArtefact(new URL('https://a.example/kernel.txt'))).rejects.toMatchObject({
    code: 'E_ARTEFACT',
    cause: expect.objectContaining({ message: 'an HTML page' }),
  })
})
