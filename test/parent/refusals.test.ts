/** Invalid images and options, which a parent instance refuses. It still works after each. */

import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { pcrHex } from '../../src/base/pcrs.ts'
import { buildImage, parseEif, writeEif } from '../../src/image/index.ts'
import { createParent, type StartOptions } from '../../src/parent/index.ts'
import { command, fromText } from '../support/components.ts'
import { laboratoryImage } from '../support/laboratory.ts'

const { version: packageVersion } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string }
const POOL = { vcpus: 2, memoryMiB: 512 }
const SHARE = { vcpus: 1, memoryMiB: 64 }
let eif: Uint8Array<ArrayBuffer>

beforeAll(async () => {
  eif = (await laboratoryImage()).eif
})

const imageOf = async (component: Uint8Array) => (await buildImage({ app: { component } })).eif

/** Starts an image that must be refused, checks that the parent still works, and returns the error. */
async function refusal(image: Uint8Array, options: Partial<StartOptions> = {}) {
  await using parent = await createParent(POOL)
  const error = await parent.start(image, { ...SHARE, ...options }).then(
    () => undefined,
    (thrown: { code?: string; message?: string }) => thrown,
  )
  expect(parent.query()).toEqual([])
  await using _ = await parent.start(eif, SHARE)
  return error
}

test('a start that takes longer than startTimeout is refused', async () => {
  const spin = await imageOf(
    await fromText(`(component
      (core module $m (memory 1) (func $start (loop (br 0))) (start $start) (func (export "run") (result i32) (i32.const 0)))
      (core instance $i (instantiate $m))
      (func $run (result (result)) (canon lift (core func $i "run")))
      (instance $runs (export "run" (func $run)))
      (export "wasi:cli/run@0.2.0" (instance $runs)))`),
  )
  const error = await refusal(spin, { startTimeout: 300 })
  expect(error).toMatchObject({ code: 'E_ENCLAVE_BOOT', got: expect.stringContaining('deadline') })
})

describe('too little memory', () => {
  test('an image whose component needs more is refused', async () => {
    const large = await imageOf(await command('(i32.const 0)', { memory: '(memory 2000)' }))
    expect(await refusal(large)).toMatchObject({ code: 'E_ADMISSION_MEMORY' })
  })

  test('an image larger than the memory is refused before it is read', async () => {
    const large = { size: 65 * 1024 * 1024, read: () => Promise.reject(new Error('read')) }
    await using parent = await createParent(POOL)
    await expect(parent.start(large, SHARE)).rejects.toMatchObject({ code: 'E_IMAGE_SIZE' })
  })

  test('an image whose manifest requires more is refused', async () => {
    const { eif: image } = await buildImage({ app: { source: '' }, manifest: { memoryMiB: 100 } })
    expect(await refusal(image)).toMatchObject({
      code: 'E_IMAGE_MEMORY',
      expected: 'at least 100 MiB',
      got: '64 MiB',
    })
  })
})

describe('an invalid image is refused:', () => {
  test.each([
    ['empty', () => new Uint8Array(0), 'E_IMAGE_TRUNCATED'],
    ['not an EIF', () => new TextEncoder().encode('hello '.repeat(200)), 'E_IMAGE_MAGIC'],
    ['truncated', () => eif.slice(0, 1000), 'E_IMAGE_TRUNCATED'],
    ['one byte changed', () => eif.with(5000, eif[5000]! ^ 1), 'E_IMAGE_CRC'],
  ])('%s', async (_, make, code) => {
    expect(await refusal(make() as Uint8Array)).toMatchObject({ code })
  })

  test.each([
    ['of another release', '9.9.9', 'start it with webclave 9.9.9, or build it'],
    ['of the same version from other sources', packageVersion, 'built from changed sources'],
  ])('for a kernel %s', async (_, version, hint) => {
    const kernel = { version, sha384: 'ab'.repeat(48) }
    const { eif: image } = await buildImage({ app: { source: '' }, kernel })
    expect(await refusal(image)).toMatchObject({
      code: 'E_IMAGE_KERNEL',
      got: expect.stringContaining(`webclave ${version}, kernel SHA-384 abab`),
      expected: expect.stringContaining(`webclave ${packageVersion}, kernel SHA-384`),
      hint: expect.stringContaining(hint),
    })
  })

  test('an image that changes while it is read runs as it was first read and measured', async () => {
    let reads = 0
    const changing = {
      size: eif.byteLength,
      read: async (at: number, length: number) => {
        reads += 1
        return reads === 1 ? eif.slice(at, at + length) : new Uint8Array(length)
      },
    }
    await using parent = await createParent(POOL)
    const enclave = await parent.start(changing, SHARE)
    expect(pcrHex(enclave.pcrs, 0)).toBe(pcrHex((await laboratoryImage()).pcrs, 0))
  })

  test('a malformed component', async () => {
    await expect(buildImage({ app: { component: new Uint8Array(100) } })).rejects.toMatchObject({
      code: 'E_APP_COMPONENT',
    })
    // The component is damaged inside the archive of a valid image.
    const valid = await imageOf(await command('(i32.const 0)'))
    const { sections } = await parseEif(valid)
    const damaged = sections.map(({ type, data }, at) => {
      const copy = data.slice()
      if (at === sections.length - 1)
        copy.set(
          [0xff, 0xff],
          copy.findIndex((_, k) => copy[k] === 0 && copy[k + 1] === 0x61),
        )
      return { type, data: copy }
    })
    expect(await refusal(writeEif(damaged))).toMatchObject({ code: 'E_ADMISSION_NOT_COMPONENT' })
  })

  test('a component without wasi:cli/run', async () => {
    expect(await refusal(await imageOf(await fromText('(component)')))).toMatchObject({
      code: 'E_ADMISSION_EXPORT',
    })
  })

  test('a component that imports wasi:sockets', async () => {
    const imports = '(import "wasi:sockets/tcp@0.2.0" (instance))'
    const error = await refusal(await imageOf(await command('(i32.const 0)', { imports })))
    expect(error).toMatchObject({ code: 'E_ADMISSION_IMPORT' })
    expect(error?.message).toContain('wasi:sockets/tcp@0.2.0')
  })

  test('debug mode, if the manifest forbids it', async () => {
    const { eif: image } = await buildImage({ app: { source: '' }, manifest: { debug: false } })
    expect(await refusal(image, { debug: true })).toMatchObject({ code: 'E_IMAGE_DEBUG' })
  })
})

describe('an invalid option is refused:', () => {
  test.each([
    ['CID 0', { cid: 0 }, 'E_CID_RANGE'],
    ['CID 3', { cid: 3 }, 'E_CID_RANGE'],
    ['CID 2^32-1', { cid: 0xffffffff }, 'E_CID_RANGE'],
    ['CID 4.5', { cid: 4.5 }, 'E_CID_RANGE'],
    ['0 vCPUs', { vcpus: 0 }, 'E_PARENT_OPTION'],
    ['three vCPUs from a pool of two', { vcpus: 3 }, 'E_POOL_VCPUS'],
    ['more memory than the pool has', { memoryMiB: 513 }, 'E_POOL_MEMORY'],
    ['memory that is not a number', { memoryMiB: Number.NaN }, 'E_PARENT_OPTION'],
    ['less memory than the engine needs', { memoryMiB: 4 }, 'E_ADMISSION_MEMORY'],
    ['less memory than the size of the image', { memoryMiB: 1 }, 'E_IMAGE_SIZE'],
  ])('%s', async (_, options, code) => {
    expect(await refusal(eif, options)).toMatchObject({ code })
  })

  test('a CID in use', async () => {
    await using parent = await createParent(POOL)
    await parent.start(eif, { ...SHARE, cid: 9 })
    await expect(parent.start(eif, { ...SHARE, cid: 9 })).rejects.toMatchObject({
      code: 'E_CID_TAKEN',
      got: '9',
    })
  })

  test.each([
    { vcpus: 0, memoryMiB: 1 },
    { vcpus: 1, memoryMiB: -5 },
    { vcpus: 1, memoryMiB: 1, profile: 'sgx' },
  ])('%o, for a parent', async (options) => {
    await expect(createParent(options as never)).rejects.toMatchObject({ code: 'E_PARENT_OPTION' })
  })
})
