/** The artefacts of a release: read from files or by HTTP, and checked against their digests. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadArtefacts } from '../../../src/image/build/artefacts.ts'
import { COMPONENT, codeOf, KERNEL, MODULE } from '../support.ts'

let folder: string
let base: URL
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webclave-artefacts-'))
  base = pathToFileURL(`${folder}/`)
  await mkdir(join(folder, 'engine'))
  await writeFile(join(folder, 'engine/engine.wasm'), COMPONENT)
  await writeFile(join(folder, 'engine/crypto.wasm'), MODULE)
  const digest = (bytes: Uint8Array) => ({ sha384: createHash('sha384').update(bytes).digest('hex') })
  const list = { kernel: KERNEL, engine: digest(COMPONENT), crypto: digest(MODULE) }
  await writeFile(join(folder, 'artefacts.json'), JSON.stringify(list))
})
afterAll(() => rm(folder, { recursive: true }))

/** Loads the artefacts from the folder `base`, which has the structure of dist/. */
const loadFrom = (base: URL) =>
  loadArtefacts({
    list: new URL('artefacts.json', base),
    engine: new URL('engine/engine.wasm', base),
    crypto: new URL('engine/crypto.wasm', base),
  })

describe('artefacts', () => {
  it('are read from a folder', async () => {
    expect(await loadFrom(base)).toEqual({ kernel: KERNEL, engine: COMPONENT, crypto: MODULE })
  })

  it('are read from a server', async () => {
    const server = createServer(async ({ url }, response) => {
      const body = await readFile(join(folder, url!)).catch(() => undefined)
      response.writeHead(body ? 200 : 404).end(body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    try {
      expect(await loadFrom(new URL(`http://127.0.0.1:${port}/`))).toEqual({
        kernel: KERNEL,
        engine: COMPONENT,
        crypto: MODULE,
      })
      expect(await codeOf(() => loadFrom(new URL(`http://127.0.0.1:${port}/gone/`)))).toBe('E_ARTEFACT')
    } finally {
      server.close()
    }
  })

  it('are rejected if they are missing, malformed or damaged', async () => {
    expect(await codeOf(() => loadFrom(new URL('gone/', base)))).toBe('E_ARTEFACT')
    for (const [name, bytes] of [
      ['crypto', MODULE],
      ['engine', COMPONENT],
    ] as const) {
      await writeFile(join(folder, `engine/${name}.wasm`), Uint8Array.from([...bytes, 0]))
      expect(await codeOf(() => loadFrom(base))).toBe('E_ARTEFACT')
      await writeFile(join(folder, `engine/${name}.wasm`), bytes)
    }
    await writeFile(join(folder, 'artefacts.json'), '{"kernel":{}}')
    expect(await codeOf(() => loadFrom(base))).toBe('E_ARTEFACT')
    await writeFile(join(folder, 'artefacts.json'), 'no JSON')
    expect(await codeOf(() => loadFrom(base))).toBe('E_ARTEFACT')
  })
})
