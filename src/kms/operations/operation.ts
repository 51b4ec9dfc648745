/** What an operation is, and the parameters that many share. Limits are those of AWS KMS's API reference. */
import type { Bytes } from '../../base/bytes.ts'
import type { Call } from '../core/call.ts'
import { KmsError } from '../core/error.ts'
import {
  boolean,
  bytes,
  defaulting,
  type Field,
  type Fields,
  inert,
  invalid,
  list,
  object,
  oneOf,
  text,
  textMap,
} from '../core/input.ts'
import { alikeAmong } from '../policy/condition-keys.ts'

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

/** The encryption context of what is opened. AWS's own limit is 8 KiB. */
export const openedContext: Field<Readonly<Record<string, string>>> = textMap(8192)

/**
 * The encryption context of what is made. AWS takes names that differ by case only and advises against them; a policy, where
 * they are one condition key, could not tell which it asks about. What was made under such a context still opens.
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

/** The most that AWS KMS takes as ciphertext, in bytes. */
export const CIPHERTEXT_MAX = 6144

export const descriptionField: Field<string> = text(0, 8192)

/** AWS's own bound on the text; `readPolicy` has a tighter one. */
export const policyField: Field<string> = text(1, 131_072)

/** There are no grants here, so no token is one of theirs. */
export interface GrantTokensInput {
  /** None. */
  readonly grantTokens?: readonly string[] | undefined
}

/** A call about one key that a grant can allow. */
export interface GrantableInput extends KeyIdInput, GrantTokensInput {}

export const grantTokens: Field<undefined> = inert(
  list(text(1, 8192), 10),
  (tokens) => tokens.length === 0,
  'no grant tokens',
)

/** What an operation takes that can be tried. */
export interface TriedInput extends GrantTokensInput {
  /** Whether it is only asked if the call would succeed: it then ends with E_KMS_DRY_RUN. @default false */
  readonly dryRun?: boolean
}

/**
 * The operation, to be tried too (AWS KMS developer guide, "Testing your permissions"): all of it is done, permission,
 * checks and cryptography, and in place of its answer comes E_KMS_DRY_RUN. Only for those that change nothing.
 */
export function tried<Input extends TriedInput, Output>(
  operation: Operation<Omit<Input, keyof TriedInput>, Output>,
): Operation<Input, Output> {
  const more: Fields<TriedInput> = { dryRun: defaulting(boolean, false), grantTokens }
  return {
    fields: { ...operation.fields, ...more } as Fields<Input>,
    async run(call, input) {
      const output = await operation.run(call, input)
      if (!input.dryRun) return output
      throw new KmsError('E_KMS_DRY_RUN', {
        what: 'the request would have succeeded, but dryRun is set',
        hint: 'leave it out',
      })
    },
  }
}
