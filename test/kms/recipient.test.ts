/** Calls with an attestation document: which callers get an envelope, and which programs can open it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, toHex } from '../../src/base/bytes.ts'
import { readBer } from '../../src/encoding/cms/ber.ts'
import { toPem } from '../../src/encoding/pem.ts'
import { readRecipient, sealFor } from '../../src/kms/recipient/envelope.ts'
import {
  createLaboratory,
  enclavePolicy,
  type FakeEnclave,
  fromUtf8,
  type Laboratory,
  pcr0,
  ROLE,
  refused,
  utf8,
} from './support.ts'

const context = { purpose: 'test' }
let lab: Laboratory
let keyId: string
let ciphertextBlob: Bytes

beforeAll(async () => {
  lab = await createLaboratory()
  const created = await lab.kms.owner.createKey({ policy: enclavePolicy(pcr0(1)) })
  keyId = created.keyMetadata.keyId
  const encrypted = await lab.kms.owner.encrypt({
    keyId,
    plaintext: utf8('a secret'),
    encryptionContext: context,
  })
  ciphertextBlob = encrypted.ciphertextBlob
})

const decrypt = (recipient: Awaited<ReturnType<FakeEnclave['recipient']>> | undefined, more: object = {}) =>
  lab.kms.as({ principal: ROLE }).decrypt({ ciphertextBlob, encryptionContext: context, recipient, ...more })

describe('an enclave whose image the policy names', () => {
  test('gets the plaintext in an envelope that only it can decrypt', async () => {
    const answer = await decrypt(await lab.enclave.recipient())
    expect(Object.keys(answer).sort()).toEqual(['ciphertextForRecipient', 'encryptionAlgorithm', 'keyId'])
    const { ciphertextForRecipient } = answer as { ciphertextForRecipient: Bytes }
    expect(fromUtf8(await lab.enclave.open(ciphertextForRecipient))).toBe('a secret')
    expect(toHex(ciphertextForRecipient)).not.toContain(toHex(utf8('a secret')))
  })

  test('is denied without a document', async () => {
    await expect(decrypt(undefined)).rejects.toEqual(refused('E_KMS_DENIED'))
  })
})

describe('an envelope', () => {
  const folder = mkdtempSync(join(tmpdir(), 'webclave-envelope-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([0, 1, 15, 16, 17, 4096])(
    'of %d bytes can be opened with OpenSSL, and has the structure of AWS’s envelopes',
    async (size) => {
      const { privateKey, publicKey } = await crypto.subtle.generateKey(
        { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
        true,
        ['encrypt', 'decrypt'],
      )
      const plaintext = crypto.getRandomValues(new Uint8Array(size))
      const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
      const envelope = await sealFor(await readRecipient(spki), plaintext)
      const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
      writeFileSync(join(folder, 'key.pem'), toPem(pkcs8, 'PRIVATE KEY'))
      const args = ['cms', '-decrypt', '-inform', 'DER', '-inkey', join(folder, 'key.pem')]
      expect(new Uint8Array(execFileSync('openssl', args, { input: envelope }))).toEqual(plaintext)

      const [, wrapped] = readBer(envelope).children
      const [version, recipients] = wrapped!.children[0]!.children
      const [recipientVersion, identifier] = recipients!.children[0]!.children
      expect([toHex(version!.content), toHex(recipientVersion!.content)]).toEqual(['02', '02'])
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', spki))
      expect([identifier!.tag, toHex(identifier!.content)]).toEqual([0x80, toHex(digest)])
      // The outer values have indefinite lengths, as in AWS's envelopes.
      expect(toHex(envelope.subarray(0, 2))).toBe('3080')
    },
  )
})
