/** The type of operations, and parameters that several share. Limits are those of AWS KMS's API reference. */
import type { Bytes } from '../../base/bytes.ts'
import type { Call } from '../core/call.ts'
import { KmsError } from '../core/error.ts'
import {
  boolean,
  bytes,
  defaulting,
  type Field,
  type Fields,
  invalid,
  list,
  object,
  oneOf,
  optional,
  text,
  textMap,
} from '../core/input.ts'
import { alikeAmong } from '../policy/condition-keys.ts'

/** An operation: its input fields, and what it does with valid input. */
export interface Operation<Input, Output> {
  readonly fields: Fields<Input>
  /** Must pass the gate of `call` (its policy check) before it answers. */
  run(call: Call, input: Input): Promise<Output>
}

/** The enclave for which secrets in the answer are encrypted. */
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

/** The encryption context to decrypt with. AWS's limit is 8 KiB. */
export const openedContext: Field<Readonly<Record<string, string>>> = textMap(8192)

/**
 * The encryption context to encrypt with. AWS accepts names that differ only in case, but advises against them; in a
 * policy they are one condition key, which would be ambiguous. Older ciphertexts with such a context can be decrypted.
 */
export const encryptionContext: Field<Readonly<Record<string, string>>> = {
  read(value, path, form) {
    const context = openedContext.read(value, path, form)
    const alike = alikeAmong(Object.keys(context))
    if (alike === undefined) return context
    throw invalid(path, 'Member must not have names that differ by case only', alike.slice(0, 80))
  },
}

export const recipientField: Field<RecipientInput> = object<RecipientInput>({
  attestationDocument: bytes(1, 262_144),
  keyEncryptionAlgorithm: oneOf(['RSAES_OAEP_SHA_256']),
})

/** AWS KMS's limit on ciphertexts, in bytes. */
export const CIPHERTEXT_MAX = 6144

export const descriptionField: Field<string> = text(0, 8192)

/** AWS's limit on the parameter; `readPolicy` has a lower one. */
export const policyField: Field<string> = text(1, 131_072)

export interface GrantTokensInput {
  /** At most 10. Grants count at once here, so none is needed. */
  readonly grantTokens?: readonly string[] | undefined
}

/** A call about one key that a grant can allow. */
export interface GrantableInput extends KeyIdInput, GrantTokensInput {}

export const grantTokens: Field<readonly string[] | undefined> = optional(list(text(1, 8192), 10))

/** The parameters of an operation with a dry run. */
export interface TriedInput extends GrantTokensInput {
  /** Whether to only check that the call would succeed; it then fails with E_KMS_DRY_RUN. @default false */
  readonly dryRun?: boolean
}

/**
 * Adds a dry run to an operation (AWS KMS developer guide, "Testing your permissions"): policy check, validation and
 * cryptography are done, then E_KMS_DRY_RUN is thrown instead of answering. Only for operations that change nothing.
 */
export function tried<Input extends TriedInput, Output>(
  operation: Operation<Omit<Input, keyof TriedInput>, Output>,
): Operation<Input, Output> {
  const more: Fields<TriedInput> = { dryRun: defaulting(boolean, false), grantTokens }
  return {
    fields: { ...operation.fields, ...more } as Fields<Input>,
    async run(call, input) {
      const output = await operation.run(call, input)
      requireNoDryRun(input)
      return output
    },
  }
}

/** The end of a dry run. @throws {KmsError} E_KMS_DRY_RUN */
export function requireNoDryRun({ dryRun }: { readonly dryRun?: boolean }): void {
  if (!dryRun) return
  throw new KmsError('E_KMS_DRY_RUN', {
    what: 'the request would have succeeded, but dryRun is set',
    hint: 'omit dryRun',
  })
}
