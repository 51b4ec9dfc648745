/** The security module: the checks of NSM's conformance program (nsm-check), and the limits of qtsm_lib.h. */
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { ERROR_NAMES, errorNumber, QtsmError } from '../../src/qtsm/error-code.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { decodeResponse, encodeRequest, expectBytes, type QtsmRequest } from '../../src/qtsm/protocol.ts'
import { type AttestationRequest, SecurityModule } from '../../src/qtsm/security-module.ts'
import { plain } from '../encoding/cbor/plain.ts'

const system = new Map([[0, new Uint8Array(48).fill(7)]])

function create(
  profile: 'qingtian' | 'nitro' = 'qingtian',
  attest = async (_: AttestationRequest): Promise<Bytes> => new Uint8Array(9),
) {
  const module = new SecurityModule({ profile, moduleId: 'i.enc-1', pcrs: new PcrBank(system), attest })
  const call = async (request: QtsmRequest) =>
    decodeResponse(await module.answer(encodeRequest(request)), request.call)
  return { module, call }
}

const failsWith = (code: string) => expect.objectContaining({ code })

describe('PCRs', () => {
  test('0 to 15 are locked at the start, 16 to 31 are not', async () => {
    const { call } = create()
    for (let index = 0; index < 32; index++) {
      const lock = (await call({ call: 'DescribePCR', index })).get('lock')
      expect(lock).toMatchObject({ value: index < 16 })
    }
    const fields = await call({ call: 'DescribePCR', index: 0 })
    expect(expectBytes(fields.get('data'), 'InvalidResponse')).toEqual(new Uint8Array(48).fill(7))
  })

  test.each<[QtsmRequest, string]>([
    [{ call: 'DescribePCR', index: 32 }, 'InvalidIndex'],
    [{ call: 'ExtendPCR', index: 32, data: new Uint8Array(1) }, 'InvalidIndex'],
    [{ call: 'ExtendPCR', index: 0, data: new Uint8Array(1) }, 'ReadOnlyIndex'],
    [{ call: 'LockPCR', index: 0 }, 'ReadOnlyIndex'],
    [{ call: 'LockPCR', index: 65535 }, 'InvalidIndex'],
    [{ call: 'LockPCRs', range: [16, 3] }, 'ReadOnlyIndex'],
    [{ call: 'LockPCRs', range: [16, 40] }, 'InvalidIndex'],
    [{ call: 'LockPCRs', range: 33 }, 'InvalidIndex'],
    [{ call: 'GetRandom', length: 0 }, 'InvalidArgument'],
    [{ call: 'GetRandom', length: 257 }, 'InputTooLarge'],
  ])('%o fails with %s', async (request, code) => {
    await expect(create().call(request)).rejects.toEqual(failsWith(code))
  })

  test('locking a list locks all of its PCRs or none', async () => {
    const { call } = create()
    await expect(call({ call: 'LockPCRs', range: [16, 3] })).rejects.toEqual(failsWith('ReadOnlyIndex'))
    expect((await call({ call: 'DescribePCR', index: 16 })).get('lock')).toMatchObject({ value: false })
    await call({ call: 'LockPCRs', range: [16, 17] })
    await expect(call({ call: 'ExtendPCR', index: 17, data: new Uint8Array(1) })).rejects.toEqual(
      failsWith('ReadOnlyIndex'),
    )
  })

  test('a range locks all PCRs below it, whether or not they are already locked', async () => {
    const { call } = create('nitro')
    await call({ call: 'LockPCRs', range: 32 })
    await call({ call: 'LockPCRs', range: 32 })
    expect((await call({ call: 'DescribePCR', index: 31 })).get('lock')).toMatchObject({ value: true })
  })
})

describe('attestation', () => {
  test.each<['qingtian' | 'nitro', 'userData' | 'nonce' | 'publicKey', number]>([
    ['qingtian', 'userData', 512],
    ['qingtian', 'nonce', 512],
    ['qingtian', 'publicKey', 1024],
    ['nitro', 'userData', 1024],
    ['nitro', 'nonce', 1024],
    ['nitro', 'publicKey', 1024],
  ])('%s: %s may have at most %i bytes', async (profile, field, limit) => {
    const { call } = create(profile)
    await call({ call: 'Attestation', [field]: new Uint8Array(limit) })
    await expect(call({ call: 'Attestation', [field]: new Uint8Array(limit + 1) })).rejects.toEqual(
      failsWith('InputTooLarge'),
    )
  })

  test('contains only the locked PCRs', async () => {
    const seen: number[][] = []
    const { call } = create('qingtian', async ({ pcrs }) => {
      seen.push([...pcrs.keys()])
      return new Uint8Array(1)
    })
    await call({ call: 'LockPCR', index: 20 })
    await call({ call: 'Attestation' })
    expect(seen).toEqual([[...Array(16).keys(), 20]])
  })

  test('a failing signer causes an internal error', async () => {
    const broken = create('qingtian', () => Promise.reject(new Error('no key')))
    await expect(broken.call({ call: 'Attestation' })).rejects.toEqual(failsWith('InternalError'))
  })

  test.each([
    ['qingtian', 24_576],
    ['nitro', 12_288],
  ] as const)('%s: a document may have at most %i bytes', async (profile, limit) => {
    const most = create(profile, async () => new Uint8Array(limit))
    const document = (await most.call({ call: 'Attestation' })).get('document')
    expect(expectBytes(document, 'InvalidResponse')).toHaveLength(limit)
    const more = create(profile, async () => new Uint8Array(limit + 1))
    await expect(more.call({ call: 'Attestation' })).rejects.toEqual(failsWith('BufferTooSmall'))
  })

  test('the signer gets copies of the fields', async () => {
    const request = encodeRequest({
      call: 'Attestation',
      userData: Uint8Array.of(1),
      nonce: Uint8Array.of(2),
      publicKey: Uint8Array.of(3),
    })
    const seen: AttestationRequest[] = []
    const { module } = create('qingtian', async (fields) => {
      seen.push(fields)
      return new Uint8Array(1)
    })
    // The parsed request is cached, so the signer's changes must not affect the next request with the same bytes.
    for (let times = 0; times < 2; times++) {
      await module.answer(request)
      expect(seen[times]).toMatchObject({
        userData: Uint8Array.of(1),
        nonce: Uint8Array.of(2),
        publicKey: Uint8Array.of(3),
      })
      seen[times]!.nonce!.fill(0)
    }
  })
})

test('returns 256 random bytes by default, or the requested 1 to 256', async () => {
  const { call } = create()
  const random = async (length?: number) =>
    expectBytes((await call({ call: 'GetRandom', length })).get('random'), 'InvalidResponse')
  expect(await random()).toHaveLength(256)
  for (const length of [1, 255, 256]) expect(await random(length)).toHaveLength(length)
  expect(await random(32)).not.toEqual(await random(32))
})

test('describes itself, before and after locking', async () => {
  const { call } = create()
  const described = async () =>
    Object.fromEntries([...(await call({ call: 'DescribeNSM' }))].map(([name, item]) => [name, plain(item)]))
  const description = {
    version_major: 1,
    version_minor: 0,
    version_patch: 3,
    module_id: '"i.enc-1"',
    max_pcrs: 32,
    locked_pcrs: [...Array(16).keys()],
    digest: '"SHA384"',
  }
  expect(await described()).toEqual(description)
  await call({ call: 'LockPCR', index: 31 })
  expect(await described()).toEqual({ ...description, locked_pcrs: [...Array(16).keys(), 31] })
})

test('extending returns the new value', async () => {
  const { call } = create()
  const request = { call: 'ExtendPCR', index: 16, data: Uint8Array.of(1) } as const
  const value = expectBytes((await call(request)).get('data'), 'InvalidResponse')
  const fields = await call({ call: 'DescribePCR', index: 16 })
  expect(expectBytes(fields.get('data'), 'InvalidResponse')).toEqual(value)
  expect(value).toHaveLength(48)
})

describe('an invalid request is refused:', () => {
  test.each<[string, Uint8Array, string]>([
    ['an empty one', new Uint8Array(0), 'InvalidOperation'],
    ['invalid CBOR', Uint8Array.of(0xff, 0xff), 'InvalidOperation'],
    ['an unknown call', new TextEncoder().encode('gNothing'), 'InvalidOperation'],
    [
      'a call without its field',
      encodeRequest({ call: 'DescribePCR', index: 1 }).with(13, 0x78),
      'InvalidOperation',
    ],
    ['4096 bytes', new Uint8Array(4096), 'InvalidOperation'],
    ['over 4096 bytes', new Uint8Array(4097), 'InputTooLarge'],
  ])('%s', async (_, bytes, code) => {
    const response = await create().module.answer(bytes as Bytes)
    expect(() => decodeResponse(response, 'DescribePCR')).toThrow(failsWith(code))
  })

  test('an invalid response throws a QtsmError', () => {
    expect(() => decodeResponse(new Uint8Array(3), 'GetRandom')).toThrow(QtsmError)
  })
})

test('error numbers differ between the clouds', () => {
  expect(ERROR_NAMES.map((name) => errorNumber(name, 'qingtian'))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(ERROR_NAMES.map((name) => errorNumber(name, 'nitro'))).toEqual([2, 3, 1, 4, 5, 6, 7, 8, 8])
})

test('before the launch only random bytes are available, and every other call is refused', async () => {
  const { module } = create()
  const requests: QtsmRequest[] = [
    { call: 'GetRandom', length: 4 },
    { call: 'DescribePCR', index: 0 },
    { call: 'ExtendPCR', index: 16, data: new Uint8Array(1) },
    { call: 'LockPCR', index: 16 },
    { call: 'LockPCRs', range: 17 },
    { call: 'DescribeNSM' },
    { call: 'Attestation' },
  ]
  for (const request of requests) {
    const response = await module.answer(encodeRequest(request), false)
    const decoded = () => decodeResponse(response, request.call)
    if (request.call === 'GetRandom') expect(decoded).not.toThrow()
    else expect(decoded).toThrow(failsWith('InvalidOperation'))
  }
  for (const request of requests.slice(0, 2)) {
    const response = await module.answer(encodeRequest(request), true)
    expect(() => decodeResponse(response, request.call)).not.toThrow()
  }
})
