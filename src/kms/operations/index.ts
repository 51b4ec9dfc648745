/** Every operation, by AWS's name with a small first letter. */

import type { Released } from '../call.ts'
import {
  type DataKeyInput,
  type DataKeyOutput,
  type DataKeyPairInput,
  type DataKeyPairOutput,
  type GenerateDataKeyInput,
  type GenerateDataKeyPairInput,
  type GenerateDataKeyPairOutput,
  type GenerateRandomInput,
  generateDataKey,
  generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext,
  generateDataKeyWithoutPlaintext,
  generateRandom,
} from './data-keys.ts'
import {
  type DecryptInput,
  type DecryptOutput,
  decrypt,
  type EncryptInput,
  type EncryptOutput,
  encrypt,
  type ReEncryptInput,
  type ReEncryptOutput,
  reEncrypt,
} from './encryption.ts'
import {
  type CreateKeyInput,
  cancelKeyDeletion,
  createKey,
  describeKey,
  disableKey,
  enableKey,
  type KeyIdInput,
  type KeyMetadata,
  type ListKeysOutput,
  listKeys,
  type PageInput,
  type ScheduleKeyDeletionInput,
  type ScheduleKeyDeletionOutput,
  scheduleKeyDeletion,
} from './keys.ts'
import type { Operation } from './operation.ts'

/** What each takes and gives. */
export interface Operations {
  cancelKeyDeletion: Operation<KeyIdInput, { readonly keyId: string }>
  createKey: Operation<CreateKeyInput, { readonly keyMetadata: KeyMetadata }>
  decrypt: Operation<DecryptInput, DecryptOutput>
  describeKey: Operation<KeyIdInput, { readonly keyMetadata: KeyMetadata }>
  disableKey: Operation<KeyIdInput, Record<string, never>>
  enableKey: Operation<KeyIdInput, Record<string, never>>
  encrypt: Operation<EncryptInput, EncryptOutput>
  generateDataKey: Operation<GenerateDataKeyInput, DataKeyOutput & Released>
  generateDataKeyPair: Operation<GenerateDataKeyPairInput, GenerateDataKeyPairOutput>
  generateDataKeyPairWithoutPlaintext: Operation<DataKeyPairInput, DataKeyPairOutput>
  generateDataKeyWithoutPlaintext: Operation<DataKeyInput, DataKeyOutput>
  generateRandom: Operation<GenerateRandomInput, Released>
  listKeys: Operation<PageInput, ListKeysOutput>
  reEncrypt: Operation<ReEncryptInput, ReEncryptOutput>
  scheduleKeyDeletion: Operation<ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput>
}

export const OPERATIONS: Readonly<Operations> = {
  cancelKeyDeletion: cancelKeyDeletion,
  createKey: createKey,
  decrypt: decrypt,
  describeKey: describeKey,
  disableKey: disableKey,
  enableKey: enableKey,
  encrypt: encrypt,
  generateDataKey: generateDataKey,
  generateDataKeyPair: generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext: generateDataKeyPairWithoutPlaintext,
  generateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  generateRandom: generateRandom,
  listKeys: listKeys,
  reEncrypt: reEncrypt,
  scheduleKeyDeletion: scheduleKeyDeletion,
}

export type OperationName = keyof Operations

/** What an operation takes. */
export type InputOf<Name extends OperationName> =
  Operations[Name] extends Operation<infer Input, infer _Output> ? Input : never

/** What an operation gives. */
export type OutputOf<Name extends OperationName> =
  Operations[Name] extends Operation<infer _Input, infer Output> ? Output : never

/** All operations as methods. */
export type KmsClient = {
  readonly [Name in OperationName]: (input: InputOf<Name>) => Promise<OutputOf<Name>>
}
