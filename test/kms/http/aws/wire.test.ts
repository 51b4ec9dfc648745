/** AWS JSON 1.1 in both directions: names, byte strings, times, and objects whose names the caller chooses. */
import { describe, expect, test } from 'vitest'
import { fromWire, toWire } from '../../../../src/kms/http/aws/wire.ts'

/** `value` nested in `levels` objects of one member each. */
const nested = (levels: number, value: unknown): Record<string, unknown> =>
  levels === 0 ? (value as Record<string, unknown>) : { A: nested(levels - 1, value) }

describe('input', () => {
  test('gets names with a lower-case first letter, at every depth', () => {
    expect(fromWire({ KeyId: 'k', Tags: [{ TagKey: 'a', TagValue: '' }], XksKeyId: null })).toEqual({
      keyId: 'k',
      tags: [{ tagKey: 'a', tagValue: '' }],
      xksKeyId: null,
    })
  })

  test('turns a name that AWS does not have into one that no operation has', () => {
    expect(fromWire({ keyId: 'k', 'Key"Id': 'k', '0': 1 })).toEqual({
      '"keyId"': 'k',
      'key"Id': 'k',
      '"0"': 1,
    })
  })

  test.each(['EncryptionContext', 'SourceEncryptionContext', 'DestinationEncryptionContext'])(
    'leaves the names in %s as they are',
    (name) => {
      const lowerCase = name.charAt(0).toLowerCase() + name.slice(1)
      expect(fromWire({ [name]: { Tenant: 'A', tenant: 'B' } })).toEqual({
        [lowerCase]: { Tenant: 'A', tenant: 'B' },
      })
      expect(fromWire({ Other: { Tenant: 'A' } })).toEqual({ other: { tenant: 'A' } })
    },
  )

  test('has at most nine levels', () => {
    expect(fromWire(nested(8, 1))).toEqual(JSON.parse(JSON.stringify(nested(8, 1)).replaceAll('A', 'a')))
    expect(() => fromWire(nested(9, 1))).toThrow(expect.objectContaining({ code: 'E_KMS_TYPE' }))
    expect(() => fromWire({ A: [nested(7, 1)] })).toThrow('nested too deeply')
  })
})

describe('output', () => {
  test('has names with an upper-case first letter, byte strings in base64 and times in seconds', () => {
    expect(
      toWire({
        keyMetadata: { awsAccountId: '1', creationDate: new Date(1_700_000_000_250), arn: undefined },
        plaintext: Uint8Array.of(1, 2, 255),
        keys: [{ keyId: 'k' }],
        truncated: false,
        none: null,
      }),
    ).toEqual({
      KeyMetadata: { AWSAccountId: '1', CreationDate: 1_700_000_000.25 },
      Plaintext: 'AQL/',
      Keys: [{ KeyId: 'k' }],
      Truncated: false,
      None: null,
    })
  })

  test('omits undefined members', () => {
    expect(Object.keys(toWire({ keyId: undefined, other: 1 }) as object)).toEqual(['Other'])
  })
})
