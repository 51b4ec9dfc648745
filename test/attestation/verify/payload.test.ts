/** The limits of every field of a payload when it is read. */
import { describe, expect, test } from 'vitest'
import type { ProfileName } from '../../../src/attestation/index.ts'
import { PROFILES } from '../../../src/attestation/profile.ts'
import { readPayload } from '../../../src/attestation/verify/payload.ts'
import type { SchemaFault } from '../../../src/attestation/verify/payload-reading.ts'
import { type Bytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { readCbor } from '../../../src/encoding/cbor/reader.ts'
import { cborArray, cborBytes, cborInteger, cborMap, cborText } from '../../../src/encoding/cbor/writer.ts'
import { MOMENT } from '../forge.ts'
import { PROFILE_NAMES } from '../judge.ts'

const zeros = (length: number) => new Uint8Array(length)

/** The faults of a payload that is valid except for `change`. */
function faultsOf(name: ProfileName, change: Record<string, Bytes>): readonly SchemaFault[] {
  const fields: Record<string, Bytes> = {
    module_id: cborText('m'),
    timestamp: cborInteger(MOMENT, 8),
    digest: cborText('SHA384'),
    pcrs: cborMap([[cborInteger(0, PROFILES[name].pcrKeyWidth), cborBytes(zeros(48))]]),
    certificate: cborBytes(zeros(1)),
    cabundle: cborArray([cborBytes(zeros(1))]),
    user_data: cborBytes(zeros(0)),
    nonce: cborBytes(zeros(0)),
    public_key: cborBytes(zeros(0)),
    ...change,
  }
  const payload = cborMap(PROFILES[name].fields.map((field) => [cborText(field), fields[field]!] as const))
  return readPayload(PROFILES[name], readCbor(payload)).faults
}

const LENGTHS = {
  qingtian: {
    module_id: 127,
    certificate: 4096,
    cabundle: 4,
    user_data: 4096,
    nonce: 4096,
    public_key: 4096,
  },
  nitro: { module_id: 255, certificate: 1024, cabundle: 9, user_data: 4096, nonce: 4096, public_key: 4096 },
} as const

describe.each(PROFILE_NAMES)('reading a payload of %s', (name) => {
  test('finds no fault in a valid one', () => expect(faultsOf(name, {})).toEqual([]))

  test.each(['certificate', 'user_data', 'nonce', 'public_key'] as const)(
    'limits the length of %s',
    (field) => {
      const limit = LENGTHS[name][field]
      const least = field === 'certificate' ? 1 : 0
      for (const length of [least, limit]) {
        expect(faultsOf(name, { [field]: cborBytes(zeros(length)) })).toEqual([])
      }
      const found = (length: number) => ({
        check: 'payload schema',
        reason: `${field} has an invalid length`,
        expected: `${least} to ${limit} bytes`,
        found: `${length} bytes`,
      })
      expect(faultsOf(name, { [field]: cborBytes(zeros(limit + 1)) })).toEqual([found(limit + 1)])
      if (least > 0) expect(faultsOf(name, { [field]: cborBytes(zeros(0)) })).toEqual([found(0)])
    },
  )

  test('limits the length of module_id in bytes', () => {
    const limit = LENGTHS[name].module_id
    const fault = (length: number) => ({
      check: 'payload schema',
      reason: 'module_id is empty or too long',
      expected: `1 to ${limit} bytes`,
      found: `${length} bytes`,
    })
    for (const text of ['x', 'x'.repeat(limit)]) {
      expect(faultsOf(name, { module_id: cborText(text) })).toEqual([])
    }
    expect(faultsOf(name, { module_id: cborText('') })).toEqual([fault(0)])
    expect(faultsOf(name, { module_id: cborText('x'.repeat(limit + 1)) })).toEqual([fault(limit + 1)])
    expect(faultsOf(name, { module_id: cborText(`ü${'x'.repeat(limit - 1)}`) })).toEqual([fault(limit + 1)])
  })

  test('limits the length of cabundle and of each certificate in it', () => {
    const { cabundle: limit, certificate } = LENGTHS[name]
    const list = (count: number, length = 1) => cborArray(Array<Bytes>(count).fill(cborBytes(zeros(length))))
    const count = (found: number) => ({
      check: 'payload schema',
      reason: 'cabundle is empty or too long',
      expected: `1 to ${limit} certificates`,
      found: `${found} certificates`,
    })
    for (const good of [list(1), list(limit), list(1, certificate)]) {
      expect(faultsOf(name, { cabundle: good })).toEqual([])
    }
    expect(faultsOf(name, { cabundle: list(0) })).toEqual([count(0)])
    expect(faultsOf(name, { cabundle: list(limit + 1) })).toEqual([count(limit + 1)])
    for (const length of [0, certificate + 1]) {
      expect(faultsOf(name, { cabundle: list(1, length) })).toEqual([
        {
          check: 'payload schema',
          reason: 'a certificate of cabundle has an invalid length',
          expected: `1 to ${certificate} bytes`,
          found: `${length} bytes`,
        },
      ])
    }
    const last = cborArray([cborBytes(zeros(1)), cborText('x')])
    expect(faultsOf(name, { cabundle: last })).toMatchObject([
      { reason: 'a certificate of cabundle is not a byte string', expected: 'bytes', found: 'text' },
    ])
    expect(faultsOf(name, { cabundle: fromHex('9f4100ff') })).toMatchObject(
      name === 'nitro' ? [] : [{ reason: 'cabundle has an indefinite length', found: 'indefinite' }],
    )
  })

  test('limits the timestamp', () => {
    for (const good of [1, Number.MAX_SAFE_INTEGER]) {
      expect(faultsOf(name, { timestamp: cborInteger(good, 8) })).toEqual([])
    }
    for (const [bad, found] of [
      [cborInteger(0, 8), '0'],
      [cborInteger(-1), '-1'],
      [cborInteger(2n ** 53n, 8), '9007199254740992'],
      [cborText('now'), 'text'],
    ] as const) {
      expect(faultsOf(name, { timestamp: bad })).toEqual([
        {
          check: 'payload schema',
          reason: 'timestamp is out of range or not an integer',
          expected: 'milliseconds since 1970, more than 0 and below 2^53',
          found,
        },
      ])
    }
    const narrow = {
      reason: 'timestamp does not have the width that QingTian uses',
      expected: '64 bits',
      found: '32 bits',
    }
    expect(faultsOf(name, { timestamp: cborInteger(1, 4) })).toMatchObject(name === 'nitro' ? [] : [narrow])
  })
})

test.each([
  ['61305830', []],
  ['41305830', []],
  ['005830', [0]],
])('a PCR whose index is text or bytes is ignored: %s', (start, indexes) => {
  const pcrs = readCbor(fromHex(`a16470637273a1${start}${'00'.repeat(48)}`))
  expect([...readPayload(PROFILES.nitro, pcrs).pcrs!.keys()]).toEqual(indexes)
})

describe.each(PROFILE_NAMES)('reading the PCRs of %s', (name) => {
  const width = PROFILES[name].pcrKeyWidth
  const pcr = (index: number, length = 48) => [cborInteger(index, width), cborBytes(zeros(length))] as const
  const faults = (...entries: (readonly [Bytes, Bytes])[]) =>
    faultsOf(name, { pcrs: cborMap(entries) }).map(({ reason, expected, found }) => [reason, expected, found])

  test.each([0, 1, 23, 24, 31])('accepts PCR%s', (index) => expect(faults(pcr(index))).toEqual([]))

  test('accepts 1 to 32 PCRs', () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => pcr(index))
    const count = (found: string) => ['the number of PCRs is out of range', '1 to 32', found]
    expect(faults(...many(32))).toEqual([])
    expect(faults()).toEqual([count('0')])
    expect(faults(...many(33))).toEqual([count('33'), ['invalid PCR index', '0 to 31', '32']])
  })

  test.each([
    [cborInteger(32), '32'],
    [cborInteger(-1), '-1'],
    [cborInteger(2n ** 60n), '1152921504606846976'],
    [cborText('0'), 'text'],
  ])('refuses invalid index %#', (index, found) => {
    expect(faults([index, cborBytes(zeros(48))])).toEqual([['invalid PCR index', '0 to 31', found]])
  })

  test.each([
    [cborBytes(zeros(47)), '47 bytes'],
    [cborBytes(zeros(49)), '49 bytes'],
    [cborText('x'.repeat(48)), 'text'],
  ])('refuses invalid value %#', (value, found) => {
    expect(faults([cborInteger(0, width), value])).toEqual([
      ['PCR0 does not have the length of a SHA384 digest', '48 bytes', found],
    ])
  })

  test('refuses PCRs that are not a map, or a map of indefinite length', () => {
    const pcrs = (hex: string) => faultsOf(name, { pcrs: fromHex(hex) })
    expect(pcrs('80')).toEqual([
      { check: 'PCR shape', reason: 'pcrs is not a map', expected: 'map', found: 'array' },
    ])
    const indefinite = `bf${toHex(pcr(0)[0])}5830${'00'.repeat(48)}ff`
    expect(pcrs(indefinite)).toEqual(
      name === 'nitro'
        ? []
        : [
            {
              check: 'PCR shape',
              reason: 'the map of PCRs has an indefinite length',
              expected: 'definite',
              found: 'indefinite',
            },
          ],
    )
  })
})

test.each<[ProfileName, number, 0 | 1 | 2 | 4 | 8, string | undefined]>([
  ['nitro', 23, 0, undefined],
  ['nitro', 23, 1, 'the initial byte alone'],
  ['nitro', 24, 1, undefined],
  ['nitro', 24, 2, '8 bits'],
  ['nitro', 0, 2, 'the initial byte alone'],
  ['qingtian', 23, 2, undefined],
  ['qingtian', 23, 0, '16 bits'],
  ['qingtian', 23, 1, '16 bits'],
  ['qingtian', 31, 4, '16 bits'],
])('%s checks the width of the PCR index %s in %s bytes', (name, index, width, expected) => {
  const found = faultsOf(name, { pcrs: cborMap([[cborInteger(index, width), cborBytes(zeros(48))]]) })
  const reason = `the index of PCR${index} does not have the width that ${name} uses`
  expect(found).toEqual(
    expected === undefined
      ? []
      : [
          {
            check: 'PCR shape',
            reason,
            expected,
            found: width === 0 ? 'the initial byte alone' : `${8 * width} bits`,
          },
        ],
  )
})
