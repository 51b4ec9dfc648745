/**
 * An encryption context as bytes: different contexts have different bytes, and the encoding is the same in every
 * release.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { type EncryptionContext, referenceOf, seal, unseal } from '../../../src/kms/core/ciphertext.ts'
import { createKms } from '../../../src/kms/index.ts'
import { refused, utf8 } from '../support.ts'

const KEY_ID = '0d0466b0-e727-4d9c-b35d-f84bb474a37f'
let key: CryptoKey
beforeAll(async () => {
  key = await crypto.subtle.importKey('raw', new Uint8Array(32).fill(7), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
})
const sealed = (context: EncryptionContext) =>
  seal({ keyId: KEY_ID, version: 1 }, key, utf8('a secret'), context)

test('a ciphertext of an earlier release can be decrypted: its bytes are pinned', async () => {
  const context = { tenant: 'a\ufffd', '😀': 'é', '': '' }
  // Sorted by code unit: '', 'tenant', '😀'; each a length of four bytes and UTF-8.
  const bytes =
    '00000000' +
    '00000000' +
    '0000000674656e616e74' +
    '0000000461efbfbd' +
    '00000004f09f9880' +
    '00000002c3a9'
  const head = concatBytes(fromHex('776b6301'), fromHex(KEY_ID.replaceAll('-', '')), fromHex('00000001'))
  const iv = new Uint8Array(12).fill(3)
  const additionalData = concatBytes(head, fromHex(bytes))
  const body = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, utf8('a secret'))
  const former = concatBytes(head, iv, new Uint8Array(body))
  expect(referenceOf(former)).toEqual({ keyId: KEY_ID, version: 1 })
  expect(toHex(await unseal(former, key, context))).toBe(toHex(utf8('a secret')))
  expect(toHex(await unseal(await sealed(context), key, context))).toBe(toHex(utf8('a secret')))
})

test('a ciphertext can be decrypted only with its own context', async () => {
  const texts = fc.constantFrom('', 'a', 'b', 'aa', 'a\ufffd', '\ufffd', 'é', 'e\u0301', '😀')
  const contexts = fc.dictionary(texts, texts, { maxKeys: 3 })
  await fc.assert(
    fc.asyncProperty(contexts, contexts, async (one, other) => {
      const ciphertext = await sealed(one)
      const isSame =
        JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort())
      const opened = await unseal(ciphertext, key, other).then(
        () => true,
        () => false,
      )
      expect(opened).toBe(isSame)
    }),
    { numRuns: 300 },
  )
})

describe('an unpaired surrogate', () => {
  test.each([
    ['in a value', { tenant: 'a\ud800' }],
    ['in a name', { '\ude00': 'a' }],
    ['in a reversed pair', { tenant: '\ude00\ud83d' }],
  ])('%s is refused when encrypting and when decrypting', async (_, context) => {
    await expect(sealed(context)).rejects.toEqual(refused('E_KMS_VALIDATION', /well-formed/))
    await using kms = await createKms()
    const { keyId } = (await kms.owner.createKey({})).keyMetadata
    const plaintext = utf8('a secret')
    await expect(kms.owner.encrypt({ keyId, plaintext, encryptionContext: context })).rejects.toEqual(
      refused('E_KMS_VALIDATION'),
    )
    // The well-formed context with the same UTF-8 bytes is accepted, but the original does not decrypt its ciphertext.
    const wellFormed = Object.fromEntries(
      Object.entries(context).map((pair) => pair.map((text) => text.toWellFormed())),
    )
    const { ciphertextBlob } = await kms.owner.encrypt({ keyId, plaintext, encryptionContext: wellFormed })
    await kms.owner.decrypt({ ciphertextBlob, encryptionContext: wellFormed })
    await expect(kms.owner.decrypt({ ciphertextBlob, encryptionContext: context })).rejects.toEqual(
      refused('E_KMS_VALIDATION'),
    )
  })
})
