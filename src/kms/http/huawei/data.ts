/** Huawei's calls that use keys (DEW API reference, "DEK management", "Small-size data encryption", "Signature"). */

import { toBase64 } from '../../../base/base64.ts'
import { type Bytes, equalBytes, toHex } from '../../../base/bytes.ts'
import { toPem } from '../../../encoding/pem.ts'
import { OVERHEAD_BYTES } from '../../core/ciphertext.ts'
import { KmsError } from '../../core/error.ts'
import { invalid, unsupported } from '../../core/input.ts'
import { dataKeySpec } from '../../operations/data-keys.ts'
import type { KmsClient } from '../../operations/index.ts'
import { type Body, released } from './body.ts'
import { idOf, specFrom, specName } from './names.ts'

/** One call: reads the body, performs the operations, and answers in Huawei's names. */
export type HuaweiCall = (client: UncheckedClient, body: Body) => Promise<Record<string, unknown>>

/** Operations with unvalidated input, which they validate themselves. */
export type UncheckedClient = {
  readonly [Name in keyof KmsClient]: (input: unknown) => ReturnType<KmsClient[Name]>
}

const DIGEST_BYTES = 32

const sha256 = async (data: Bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', data))

const dataKeyInput = (body: Body) => {
  const spec = dataKeySpec.read(body.any('key_spec'), 'key_spec', 'bytes')
  const size = body.bits('datakey_length')
  return {
    keyId: body.any('key_id'),
    encryptionContext: body.context(),
    // If both are given, the length counts; if neither, the key has 256 bits.
    ...(spec === undefined || size !== undefined ? { numberOfBytes: size ?? 32 } : { keySpec: spec }),
  }
}

const pairCall =
  (family: 'RSA' | 'EC'): HuaweiCall =>
  async (client, body) => {
    const named = body.any('key_spec')
    if (typeof named === 'string' && !named.startsWith(family)) {
      throw new KmsError('E_KMS_VALIDATION', {
        what: 'unsupported key_spec for this call',
        expected: `one of ${family}`,
        got: named,
      })
    }
    const input = {
      keyId: body.any('key_id'),
      encryptionContext: body.context(),
      keyPairSpec: specFrom(named),
    }
    const recipient = body.recipient()
    const isReleased = body.flag('with_plain_text')
    if (!isReleased && recipient !== undefined)
      throw unsupported('recipient', 'none where with_plain_text is false')
    const pair = isReleased
      ? await client.generateDataKeyPair({ ...input, recipient })
      : await client.generateDataKeyPairWithoutPlaintext(input)
    const { privateKeyPlaintext, ciphertextForRecipient } = pair as {
      privateKeyPlaintext?: Bytes
      ciphertextForRecipient?: Bytes
    }
    return {
      key_id: idOf(pair.keyId),
      public_key: toBase64(pair.publicKey),
      private_key_cipher_text: toBase64(pair.privateKeyCiphertextBlob),
      ...released(
        { plaintext: privateKeyPlaintext, ...(ciphertextForRecipient && { ciphertextForRecipient }) },
        'private_key_plain_text',
        toBase64,
      ),
    }
  }

const signInput = (body: Body) => ({
  keyId: body.any('key_id'),
  message: body.base64('message'),
  messageType: body.any('message_type'),
  signingAlgorithm: body.any('signing_algorithm'),
})

/** Calls by the last part of the path. */
export const DATA_CALLS: Readonly<Record<string, HuaweiCall>> = {
  async 'gen-random'(client, body) {
    const numberOfBytes = body.bits('random_data_length') ?? 64
    return released(
      await client.generateRandom({ numberOfBytes, recipient: body.recipient() }),
      'random_data',
    )
  },

  async 'create-datakey'(client, body) {
    const output = await client.generateDataKey({ ...dataKeyInput(body), recipient: body.recipient() })
    const { keyId, ciphertextBlob } = output
    return { key_id: idOf(keyId), cipher_text: toHex(ciphertextBlob), ...released(output, 'plain_text') }
  },

  async 'create-datakey-without-plaintext'(client, body) {
    const { keyId, ciphertextBlob } = await client.generateDataKeyWithoutPlaintext(dataKeyInput(body))
    return { key_id: idOf(keyId), cipher_text: toHex(ciphertextBlob) }
  },

  async 'encrypt-datakey'(client, body) {
    const given = body.hex('plain_text')
    const size = body.size('datakey_plain_length')
    if (size === undefined) throw invalid('datakey_plain_length', 'Member must not be null')
    const plaintext = given instanceof Uint8Array ? await dataKeyOf(Uint8Array.from(given), size) : given
    const input = { keyId: body.any('key_id'), plaintext, encryptionContext: body.context() }
    const { keyId, ciphertextBlob } = await client.encrypt(input)
    return { key_id: idOf(keyId), cipher_text: toHex(ciphertextBlob), datakey_length: String(size) }
  },

  async 'decrypt-datakey'(client, body) {
    const ciphertextBlob = body.hex('cipher_text')
    const size = body.size('datakey_cipher_length')
    if (size !== undefined && ciphertextBlob instanceof Uint8Array) requireSize(ciphertextBlob, size)
    const output = await client.decrypt({
      keyId: body.any('key_id'),
      ciphertextBlob,
      encryptionContext: body.context(),
      recipient: body.recipient(),
    })
    const { plaintext } = output
    if (plaintext === undefined) return released(output, 'data_key')
    return {
      ...released(output, 'data_key'),
      datakey_length: String(plaintext.byteLength),
      datakey_dgst: toHex(await sha256(plaintext)),
    }
  },

  async 'encrypt-data'(client, body) {
    const { keyId, ciphertextBlob } = await client.encrypt({
      keyId: body.any('key_id'),
      plaintext: body.utf8('plain_text'),
      encryptionContext: body.context(),
      encryptionAlgorithm: body.any('encryption_algorithm'),
    })
    return { key_id: idOf(keyId), cipher_text: toBase64(ciphertextBlob) }
  },

  async 'decrypt-data'(client, body) {
    const output = await client.decrypt({
      keyId: body.any('key_id'),
      ciphertextBlob: body.base64('cipher_text'),
      encryptionContext: body.context(),
      encryptionAlgorithm: body.any('encryption_algorithm'),
      recipient: body.recipient(),
    })
    return {
      key_id: idOf(output.keyId),
      ...released(output, 'plain_text', (bytes) =>
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
      ),
      ...(output.plaintext && { plain_text_base64: toBase64(output.plaintext) }),
    }
  },

  async 're-encrypt'(client, body) {
    const output = await client.reEncrypt({
      ciphertextBlob: body.base64('cipher_text'),
      sourceKeyId: body.any('source_key_id'),
      sourceEncryptionContext: body.context('source_'),
      sourceEncryptionAlgorithm: body.any('source_encryption_algorithm'),
      destinationKeyId: body.any('destination_key_id'),
      destinationEncryptionContext: body.context('destination_'),
      destinationEncryptionAlgorithm: body.any('destination_encryption_algorithm'),
    })
    return {
      source_key_id: idOf(output.sourceKeyId),
      key_id: idOf(output.keyId),
      cipher_text: toBase64(output.ciphertextBlob),
      source_encryption_algorithm: output.sourceEncryptionAlgorithm,
      destination_encryption_algorithm: output.destinationEncryptionAlgorithm,
    }
  },

  'create-rsa-datakey-pair': pairCall('RSA'),
  'create-ec-datakey-pair': pairCall('EC'),

  async sign(client, body) {
    const { keyId, signature } = await client.sign(signInput(body))
    return { key_id: idOf(keyId), signature: toBase64(signature) }
  },

  async verify(client, body) {
    try {
      const { keyId } = await client.verify({ ...signInput(body), signature: body.base64('signature') })
      return { key_id: idOf(keyId), signature_valid: 'true' }
    } catch (error) {
      if (!(error instanceof KmsError) || error.code !== 'E_KMS_SIGNATURE') throw error
      return { key_id: body.any('key_id'), signature_valid: 'false' }
    }
  },

  async 'get-publickey'(client, body) {
    const { keyId, publicKey, keySpec } = await client.getPublicKey({ keyId: body.any('key_id') })
    return { key_id: idOf(keyId), key_spec: specName(keySpec), public_key: toPem(publicKey, 'PUBLIC KEY') }
  },

  async 'derive-shared-secret'(client, body) {
    const { keyId, sharedSecret, keyAgreementAlgorithm, ...output } = await client.deriveSharedSecret({
      keyId: body.any('key_id'),
      publicKey: body.base64('public_key'),
      keyAgreementAlgorithm: body.any('key_agreement_algorithm'),
      recipient: body.recipient(),
    })
    return {
      key_id: idOf(keyId),
      key_agreement_algorithm: keyAgreementAlgorithm,
      ...released({ ...output, plaintext: sharedSecret }, 'shared_secret', toBase64),
    }
  },
}

/** @throws {KmsError} E_KMS_VALIDATION if an encrypted data key does not have `size` bytes. */
function requireSize(ciphertext: Uint8Array, size: number): void {
  const actual = ciphertext.byteLength - OVERHEAD_BYTES
  if (actual !== size)
    throw invalid('datakey_cipher_length', 'Member must be that of the data key', `${size}`)
}

/** A data key, which may be followed by its SHA-256. @throws {KmsError} E_KMS_VALIDATION */
async function dataKeyOf(given: Bytes, size: number): Promise<Bytes> {
  const [key, digest] = [given.slice(0, size), given.slice(size)]
  const isWhole = key.byteLength === size && (digest.byteLength === 0 || digest.byteLength === DIGEST_BYTES)
  if (isWhole && (digest.byteLength === 0 || equalBytes(digest, await sha256(key)))) return key
  throw new KmsError('E_KMS_VALIDATION', {
    what: 'hash verification of the data encryption key failed',
    expected: 'plain_text: datakey_plain_length bytes, followed by their SHA-256',
    got: `${given.byteLength} bytes for a length of ${size}`,
  })
}
