/**
 * The KMS operations that an enclave uses, in the APIs of both clouds: AWS's JSON 1.1 (KMS API reference) and
 * Huawei's REST (DEW API reference). A dialect writes requests and parses answers; it neither signs nor decrypts.
 */

import { fromBase64, toBase64 } from '../../base/base64.ts'
import { type Bytes, fromHex, toHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

/** Names and values to which a ciphertext is bound. */
export type EncryptionContext = Readonly<Record<string, string>>

/** An operation with its input, independent of the dialect. */
export type Wanted =
  | {
      operation: 'decrypt'
      ciphertext: Uint8Array
      keyId?: string | undefined
      context?: EncryptionContext | undefined
    }
  | { operation: 'generateDataKey'; keyId: string; context?: EncryptionContext | undefined }
  | {
      operation: 'decryptDataKey'
      ciphertext: Uint8Array
      keyId?: string | undefined
      context?: EncryptionContext | undefined
    }
  | { operation: 'generateRandom'; length: number }
  | { operation: 'encrypt'; keyId: string; plaintext: Uint8Array; context?: EncryptionContext | undefined }

/** The parsed members of an answer, if present. */
export interface Given {
  readonly envelope: Bytes | undefined
  readonly ciphertext: Bytes | undefined
  readonly keyId: string | undefined
}

/** The API of one cloud. */
export interface Dialect {
  /** Path, headers and body; with a `document`, the secret in the answer is encrypted for the recipient. */
  write(
    wanted: Wanted,
    document: Uint8Array | undefined,
  ): { path: string; headers: Record<string, string>; body: object }
  read(wanted: Wanted, body: Record<string, unknown>): Given
  /** The message of an error answer. */
  refusal(body: Record<string, unknown>): string
}

const DATA_KEY_LENGTH = 32
const ALGORITHM = 'RSAES_OAEP_SHA_256'

/** AWS: one path, the operation in a header. */
export const AWS: Dialect = {
  write(wanted, document) {
    const Recipient = document && {
      AttestationDocument: toBase64(document),
      KeyEncryptionAlgorithm: ALGORITHM,
    }
    const [target, input] = awsInput(wanted)
    return {
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${target}` },
      body: { ...input, Recipient },
    }
  },
  read: (_, body) => ({
    envelope: base64Of(body['CiphertextForRecipient']),
    ciphertext: base64Of(body['CiphertextBlob']),
    keyId: textOf(body['KeyId']),
  }),
  refusal: ({ __type: type, message }) => `${textOf(type) ?? 'an error'}: ${textOf(message) ?? ''}`,
}

function awsInput(wanted: Wanted): [target: string, input: object] {
  switch (wanted.operation) {
    case 'decrypt':
    case 'decryptDataKey':
      return [
        'Decrypt',
        {
          CiphertextBlob: toBase64(wanted.ciphertext),
          KeyId: wanted.keyId,
          EncryptionContext: wanted.context,
        },
      ]
    case 'generateDataKey':
      return [
        'GenerateDataKey',
        { KeyId: wanted.keyId, KeySpec: 'AES_256', EncryptionContext: wanted.context },
      ]
    case 'generateRandom':
      return ['GenerateRandom', { NumberOfBytes: wanted.length }]
    case 'encrypt':
      return [
        'Encrypt',
        { KeyId: wanted.keyId, Plaintext: toBase64(wanted.plaintext), EncryptionContext: wanted.context },
      ]
  }
}

/** Huawei: a path for each operation, data keys in hexadecimal. */
export function huawei(projectId: string): Dialect {
  return {
    write(wanted, document) {
      const recipient = document && {
        attestation_document: toBase64(document),
        key_encryption_algorithm: ALGORITHM,
      }
      const [action, input] = huaweiInput(wanted)
      return {
        path: `/v1.0/${encodeURIComponent(projectId)}/kms/${action}`,
        headers: { 'content-type': 'application/json' },
        body: { ...input, recipient },
      }
    },
    read(wanted, body) {
      const cipher = body['cipher_text']
      return {
        envelope: base64Of(body['ciphertext_recipient']),
        ciphertext: wanted.operation === 'generateDataKey' ? hexOf(cipher) : base64Of(cipher),
        keyId: textOf(body['key_id']),
      }
    },
    refusal(body) {
      const error = (body['error'] ?? body) as Record<string, unknown>
      return `${textOf(error['error_code']) ?? 'an error'}: ${textOf(error['error_msg']) ?? ''}`
    },
  }
}

function huaweiInput(wanted: Wanted): [action: string, input: object] {
  switch (wanted.operation) {
    case 'decrypt':
      return [
        'decrypt-data',
        { key_id: wanted.keyId, cipher_text: toBase64(wanted.ciphertext), ...contextOf(wanted.context) },
      ]
    case 'decryptDataKey':
      return [
        'decrypt-datakey',
        {
          key_id: wanted.keyId,
          cipher_text: toHex(wanted.ciphertext),
          datakey_cipher_length: String(DATA_KEY_LENGTH),
          ...contextOf(wanted.context),
        },
      ]
    case 'generateDataKey':
      return [
        'create-datakey',
        { key_id: wanted.keyId, datakey_length: String(8 * DATA_KEY_LENGTH), ...contextOf(wanted.context) },
      ]
    case 'generateRandom':
      return ['gen-random', { random_data_length: String(8 * wanted.length) }]
    case 'encrypt':
      return [
        'encrypt-data',
        { key_id: wanted.keyId, plain_text: textFrom(wanted.plaintext), ...contextOf(wanted.context) },
      ]
  }
}

/** Huawei's API encrypts only text. */
function textFrom(plaintext: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext)
  } catch (cause) {
    throw new EnclaveError('E_KMS_OPTIONS', {
      what: 'the dialect huawei can encrypt only text',
      expected: 'UTF-8',
      got: `${plaintext.length} bytes that are not UTF-8`,
      cause,
    })
  }
}

const contextOf = (context: EncryptionContext | undefined) => context && { encryption_context: context }

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

const base64Of = (value: unknown) => bytesOf(value, fromBase64)
const hexOf = (value: unknown) => bytesOf(value, fromHex)

function bytesOf(value: unknown, decode: (text: string) => Bytes): Bytes | undefined {
  if (value === undefined || value === null || value === '') return undefined
  try {
    return decode(value as string)
  } catch (cause) {
    throw new EnclaveError('E_KMS_ANSWER', { what: 'a byte string in the answer is malformed', cause })
  }
}
