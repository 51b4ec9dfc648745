/** The engine of this release, prepared at its build, against the same engine prepared now. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { prepare } from '../../src/hypervisor/preparation.ts'
import { loadShipped, prepareShipped } from '../../src/hypervisor/shipped-engine.ts'
import { transpileWith } from '../../src/hypervisor/transpile.ts'
import { ARTEFACTS, readArtefact } from '../../src/platform/artefacts.ts'

const MIB = 1024 * 1024
let component: Bytes
let crypto: Bytes
let digest: string

beforeAll(async () => {
  component = await readArtefact(ARTEFACTS.engine)
  crypto = await readArtefact(ARTEFACTS.crypto)
  digest = (await loadShipped()).record.digests.engine
})

describe('the engine of this release', () => {
  test.each([32, 64, 1000])('gets the limits that admission gives it, within %i MiB', async (memoryMiB) => {
    const preparation = { component, crypto, memoryBytes: memoryMiB * MIB }
    const shipped = await prepareShipped(digest, preparation)
    const { moduleBytes } = await prepare(preparation, transpileWith(ARTEFACTS.transpiler.href))
    expect([...shipped!.moduleBytes.keys()].sort()).toEqual([...moduleBytes.keys()].sort())
    for (const [name, bytes] of moduleBytes)
      expect(Buffer.compare(shipped!.moduleBytes.get(name)!, bytes), name).toBe(0)
  })

  test('is refused as any other if its memory is too small', async () => {
    const preparation = { component, crypto, memoryBytes: MIB }
    const refused = { code: 'E_ADMISSION_MEMORY' }
    await expect(prepareShipped(digest, preparation)).rejects.toMatchObject(refused)
    const transpile = transpileWith(ARTEFACTS.transpiler.href)
    await expect(prepare(preparation, transpile)).rejects.toMatchObject(refused)
  })

  test('is another one if a byte of it or of its cryptography differs', async () => {
    const other = crypto.slice()
    other[other.length - 1]! ^= 1
    const preparation = { component, crypto, memoryBytes: 64 * MIB }
    expect(await prepareShipped(digest, { ...preparation, crypto: other })).toBeUndefined()
    expect(await prepareShipped(digest, { ...preparation, crypto: undefined })).toBeUndefined()
    expect(await prepareShipped(digest.replace(/^./, 'x'), preparation)).toBeUndefined()
  })
})
