/** The seven calls of the security module as a guest makes them: the requests sent, and the responses accepted. */
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { cborArray, cborBytes, cborInteger, cborMap, cborText } from '../../src/encoding/cbor/writer.ts'
import { createQtsm } from '../../src/kernel/qtsm.ts'
import { ERROR_NAMES, type ErrorName, QtsmError } from '../../src/qtsm/error-code.ts'
import { decodeRequest, encodeResponse, type QtsmRequest } from '../../src/qtsm/protocol.ts'
import { guest, Rig, rawOf } from './rig.ts'

interface Calls {
  describePcr(index: number): unknown
  extendPcr(index: number, data: Uint8Array): unknown
  lockPcr(index: number): unknown
  lockPcrs(indexes: Uint16Array): unknown
  getDescribe(): unknown
  getAttestation(userData?: Uint8Array, nonce?: Uint8Array, publicKey?: Uint8Array): unknown
  getRandom(length: number): unknown
}
const { bytes, describePcr, done, error } = encodeResponse
const withPayload = (payload: string) => expect.objectContaining({ payload })

/** The calls, connected to a module that gives these responses. */
function module(...answers: Bytes[]) {
  const rig = new Rig()
  rig.answers.push(...answers)
  const { imports } = createQtsm(rig.link)
  const requests = (): QtsmRequest[] => rig.requests.map((request) => decodeRequest(request))
  return { rig, calls: imports as unknown as Calls, requests }
}

describe('a call', () => {
  const one = Uint8Array.of(1)
  const ROWS: readonly [QtsmRequest, (calls: Calls) => unknown, Bytes, unknown][] = [
    [
      { call: 'ExtendPCR', index: 17, data: one },
      (calls) => calls.extendPcr(17, one),
      bytes('ExtendPCR', Uint8Array.of(5)),
      Uint8Array.of(5),
    ],
    [{ call: 'LockPCR', index: 18 }, (calls) => calls.lockPcr(18), done('LockPCR'), undefined],
    [
      { call: 'LockPCRs', range: [16, 31] },
      (calls) => calls.lockPcrs(Uint16Array.of(16, 31)),
      done('LockPCRs'),
      undefined,
    ],
    [
      { call: 'Attestation', userData: one, nonce: Uint8Array.of(2), publicKey: Uint8Array.of(3) },
      (calls) => calls.getAttestation(one, Uint8Array.of(2), Uint8Array.of(3)),
      bytes('Attestation', Uint8Array.of(6)),
      Uint8Array.of(6),
    ],
    [
      { call: 'Attestation', userData: undefined, nonce: new Uint8Array(0), publicKey: undefined },
      (calls) => calls.getAttestation(undefined, new Uint8Array(0)),
      bytes('Attestation', Uint8Array.of(6)),
      Uint8Array.of(6),
    ],
    [
      { call: 'GetRandom', length: 9 },
      (calls) => calls.getRandom(9),
      bytes('GetRandom', Uint8Array.of(7)),
      Uint8Array.of(7),
    ],
  ]

  test.each(ROWS)('sends %j and returns the response', (request, call, answer, result) => {
    const { calls, requests } = module(answer)
    expect(call(calls)).toEqual(result)
    expect(requests()).toEqual([request])
  })

  test.each(ERROR_NAMES)('that gets the error %s fails with its name in WIT', (name) => {
    const payload = name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase()
    expect(() => module(error(name)).calls.lockPcr(1)).toThrow(withPayload(payload))
    expect(() => module(error(name)).calls.describePcr(1)).toThrow(withPayload(payload))
  })

  test.each([
    ['another call’s', done('LockPCRs')],
    ['invalid CBOR', Uint8Array.of(0xff)],
    ['an unknown error', cborMap([[cborText('Error'), cborText('Nothing')]])],
  ])('rejects a response that is %s', (_, answer) => {
    expect(() => module(answer).calls.lockPcr(1)).toThrow(withPayload('invalid-response'))
  })

  test('fails if the response has no bytes', () => {
    const bare = cborText('GetRandom')
    // The field is read after the response was decoded, so the error is thrown by the guest's call itself.
    expect(() => module(bare).calls.getRandom(1)).toThrow(
      expect.objectContaining({ code: 'InvalidResponse' }),
    )
  })

  test('may have a request of up to 4096 bytes', () => {
    const overhead = (() => {
      const { calls, rig } = module(bytes('ExtendPCR', new Uint8Array(1)))
      calls.extendPcr(16, new Uint8Array(4000))
      return rig.requests[0]!.byteLength - 4000
    })()
    const { calls, rig } = module(bytes('ExtendPCR', new Uint8Array(1)))
    calls.extendPcr(16, new Uint8Array(4096 - overhead))
    expect(rig.requests[0]).toHaveLength(4096)
    expect(() => calls.extendPcr(16, new Uint8Array(4097 - overhead))).toThrow(withPayload('input-too-large'))
    expect(rig.requests).toHaveLength(1)
  })

  test('may name up to 32 registers, however short its request', () => {
    const { calls, rig } = module(done('LockPCRs'))
    calls.lockPcrs(new Uint16Array(32).fill(20))
    expect(() => calls.lockPcrs(new Uint16Array(33).fill(20))).toThrow(withPayload('input-too-large'))
    expect(rig.requests).toHaveLength(1)
  })

  test('that fails for another reason passes on that error', () => {
    const { calls, rig } = module()
    expect(() => calls.lockPcr(1)).toThrow('for ever')
    expect(() => calls.describePcr(1)).toThrow('for ever')
    expect(rig.requests).toHaveLength(2)
  })
})

describe('a register', () => {
  const value = new Uint8Array(48).fill(9)

  test('is what the module reports, each time', () => {
    const { calls, requests } = module(
      describePcr(true, value),
      describePcr(false, value),
      describePcr(true, value),
    )
    expect(calls.describePcr(0)).toEqual({ locked: true, value })
    expect(calls.describePcr(0)).toEqual({ locked: false, value })
    expect(calls.describePcr(16)).toEqual({ locked: true, value })
    expect(requests()).toEqual([0, 0, 16].map((index) => ({ call: 'DescribePCR', index })))
  })

  const answerOf = (...fields: (readonly [Bytes, Bytes])[]) =>
    cborMap([[cborText('DescribePCR'), cborMap(fields)]])
  test('is locked only if the response says exactly that', () => {
    const data = [cborText('data'), cborBytes(value)] as const
    for (const lock of [cborInteger(1), Uint8Array.of(0xf6), Uint8Array.of(0xf4), cborText('true')])
      expect(module(answerOf([cborText('lock'), lock], data)).calls.describePcr(0)).toMatchObject({
        locked: false,
      })
    expect(module(answerOf(data)).calls.describePcr(0)).toMatchObject({ locked: false })
    expect(() => module(answerOf()).calls.describePcr(0)).toThrow(withPayload('invalid-response'))
  })

  test('is written by the lowered form: success, locked, pointer and length of its value', () => {
    const { calls, requests } = module(describePcr(true, value), describePcr(false, value))
    const { context, view, bytesAt } = guest()
    bytesAt(100, 16).fill(255)
    const call = rawOf(calls.describePcr, context)
    call(7, 100)
    expect([
      view.getUint8(100),
      view.getUint8(104),
      view.getUint32(108, true),
      view.getUint32(112, true),
    ]).toEqual([0, 1, 4096, 48])
    expect(bytesAt(4096, 48)).toEqual(value)
    call(0x1_0000 + 7, 100)
    expect(view.getUint8(104)).toBe(0)
    expect(requests().map((request) => 'index' in request && request.index)).toEqual([7, 7])
  })

  test.each(ERROR_NAMES)(
    'for which the module answers %s is written as that error by the lowered form',
    (name) => {
      const { calls } = module(error(name))
      const { context, view, bytesAt } = guest()
      bytesAt(96, 24).fill(255)
      rawOf(calls.describePcr, context)(99, 100)
      expect([view.getUint8(100), view.getUint8(104)]).toEqual([1, ERROR_NAMES.indexOf(name as ErrorName)])
      expect([view.getUint8(103), view.getUint8(105)]).toEqual([255, 255])
    },
  )

  test('traps in the lowered form if the result is beyond the memory', () => {
    const { calls } = module(
      describePcr(true, value),
      describePcr(true, value),
      error('InvalidIndex'),
      error('InvalidIndex'),
    )
    const { context } = guest()
    const call = rawOf(calls.describePcr, context)
    call(7, 65_520)
    expect(() => call(7, 65_521)).toThrow('out of bounds')
    call(7, 65_520)
    expect(() => call(7, 65_521)).toThrow('out of bounds')
    expect(() => call(7, 100)).toThrow('for ever')
  })
})

describe('the module’s description', () => {
  const description = {
    versionMajor: 1,
    versionMinor: 2,
    versionPatch: 3,
    moduleId: 'i-1.enc-2',
    maxPcrs: 32,
    lockedPcrs: [0, 17],
    digest: 'SHA384' as 'SHA256' | 'SHA384' | 'SHA512',
  }
  test.each([
    ['SHA256', 'sha256'],
    ['SHA384', 'sha384'],
    ['SHA512', 'sha512'],
  ] as const)('is what it says, its digest %s by the name %s', (digest, name) => {
    const { calls, requests } = module(encodeResponse.describe({ ...description, digest }))
    expect(calls.getDescribe()).toEqual({ ...description, lockedPcrs: Uint16Array.of(0, 17), digest: name })
    expect(requests()).toEqual([{ call: 'DescribeNSM' }])
  })

  const NUMBERS = ['version_major', 'version_minor', 'version_patch', 'max_pcrs']
  const answerOf = (...more: (readonly [string, Bytes])[]) => {
    const fields = [...NUMBERS.map((name) => [name, cborInteger(4)] as const), ...more]
    return cborMap([
      [cborText('DescribeNSM'), cborMap(fields.map(([name, value]) => [cborText(name), value] as const))],
    ])
  }
  test('has defaults for missing strings and lists, and the default digest', () => {
    const nothing = { moduleId: '', lockedPcrs: new Uint16Array(0), digest: 'sha384' }
    expect(module(answerOf()).calls.getDescribe()).toMatchObject(nothing)
    const odd = answerOf(
      ['module_id', cborInteger(1)],
      ['locked_pcrs', cborText('all')],
      ['digest', cborText('MD5')],
    )
    expect(module(odd).calls.getDescribe()).toMatchObject(nothing)
  })

  test('must contain its numbers, and numbers in the list of locked registers', () => {
    const invalid = expect.objectContaining({ code: 'InvalidResponse' })
    expect(() => module(cborText('DescribeNSM')).calls.getDescribe()).toThrow(invalid)
    const odd = answerOf(['locked_pcrs', cborArray([cborText('17')])])
    expect(() => module(odd).calls.getDescribe()).toThrow(QtsmError)
  })
})
