/** What an operation is, and the parameters that many share. Limits are those of AWS KMS's API reference. */
import type { Bytes } from '../../base/bytes.ts'
import type { Call } from '../call.ts'
import { bytes, type Field, type Fields, object, oneOf, text, textMap } from '../input.ts'

/** An operation: what it takes, and what it does once its input is read. */
export interface Operation<Input, Output> {
  readonly fields: Fields<Input>
  /** Must pass the gate of `call` before it gives anything. */
  run(call: Call, input: Input): Promise<Output>
}

/** Whom an answer is for. */
export interface RecipientInput {
  /** The attestation document, with the recipient's RSA key in it. 1 to 262,144 bytes. */
  readonly attestationDocument: Bytes
  readonly keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256'
}

/** A call about one key. */
export interface KeyIdInput {
  readonly keyId: string
}

/** A key id, a key ARN, `alias/NAME` or an alias ARN. */
export const keyIdentifier: Field<string> = text(1, 2048)

/** Encryption context. AWS's own limit is 8 KiB. */
export const encryptionContext: Field<Readonly<Record<string, string>>> = textMap(8192)

export const recipientField: Field<RecipientInput> = object<RecipientInput>({
  attestationDocument: bytes(1, 262_144),
  keyEncryptionAlgorithm: oneOf(['RSAES_OAEP_SHA_256']),
})

/** The most that AWS KMS takes as ciphertext, in bytes. */
export const CIPHERTEXT_MAX = 6144

export const descriptionField: Field<string> = text(0, 8192)

/** AWS's own bound on the text; `readPolicy` has a tighter one. */
export const policyField: Field<string> = text(1, 131_072)
