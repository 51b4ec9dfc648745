/** Every operation, by AWS's name with a small first letter. */
import type { Bytes } from '../../base/bytes.ts'
import type { Released } from '../core/call.ts'
import {
  type AliasInput,
  type AliasNameInput,
  createAlias,
  deleteAlias,
  type ListAliasesInput,
  type ListAliasesOutput,
  listAliases,
  type UpdateKeyDescriptionInput,
  updateAlias,
  updateKeyDescription,
} from './aliases.ts'
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
  createKey,
  describeKey,
  type KeyMetadata,
  type ListKeysOutput,
  listKeys,
} from './keys.ts'
import {
  cancelKeyDeletion,
  disableKey,
  enableKey,
  type ScheduleKeyDeletionInput,
  type ScheduleKeyDeletionOutput,
  scheduleKeyDeletion,
} from './lifecycle.ts'
import type { GrantableInput, KeyIdInput, Operation, RecipientInput } from './operation.ts'
import type { PageInput } from './page.ts'
import {
  type GetKeyPolicyOutput,
  getKeyPolicy,
  type KeyPolicyInput,
  type ListKeyPoliciesOutput,
  listKeyPolicies,
  type PutKeyPolicyInput,
  putKeyPolicy,
} from './policies.ts'
import {
  disableKeyRotation,
  type EnableKeyRotationInput,
  enableKeyRotation,
  getKeyRotationStatus,
  type KeyRotationStatus,
  type ListKeyRotationsInput,
  type ListKeyRotationsOutput,
  listKeyRotations,
  rotateKeyOnDemand,
} from './rotation.ts'
import {
  type DeriveSharedSecretInput,
  type DeriveSharedSecretOutput,
  deriveSharedSecret,
  type GetPublicKeyOutput,
  getPublicKey,
  type SignInput,
  type SignOutput,
  sign,
  type VerifyInput,
  type VerifyOutput,
  verify,
} from './signing.ts'
import {
  type ListResourceTagsOutput,
  listResourceTags,
  type TagResourceInput,
  tagResource,
  type UntagResourceInput,
  untagResource,
} from './tags.ts'

/** What an operation gives that has nothing to say. */
type Nothing = Record<string, never>

/** What each takes and gives. */
export interface Operations {
  cancelKeyDeletion: Operation<KeyIdInput, { readonly keyId: string }>
  createAlias: Operation<AliasInput, Nothing>
  createKey: Operation<CreateKeyInput, { readonly keyMetadata: KeyMetadata }>
  decrypt: Operation<DecryptInput, DecryptOutput>
  deleteAlias: Operation<AliasNameInput, Nothing>
  deriveSharedSecret: Operation<DeriveSharedSecretInput, DeriveSharedSecretOutput>
  describeKey: Operation<GrantableInput, { readonly keyMetadata: KeyMetadata }>
  disableKey: Operation<KeyIdInput, Nothing>
  disableKeyRotation: Operation<KeyIdInput, Nothing>
  enableKey: Operation<KeyIdInput, Nothing>
  enableKeyRotation: Operation<EnableKeyRotationInput, Nothing>
  encrypt: Operation<EncryptInput, EncryptOutput>
  generateDataKey: Operation<GenerateDataKeyInput, DataKeyOutput & Released>
  generateDataKeyPair: Operation<GenerateDataKeyPairInput, GenerateDataKeyPairOutput>
  generateDataKeyPairWithoutPlaintext: Operation<DataKeyPairInput, DataKeyPairOutput>
  generateDataKeyWithoutPlaintext: Operation<DataKeyInput, DataKeyOutput>
  generateRandom: Operation<GenerateRandomInput, Released>
  getKeyPolicy: Operation<KeyPolicyInput, GetKeyPolicyOutput>
  getKeyRotationStatus: Operation<KeyIdInput, KeyRotationStatus>
  getPublicKey: Operation<GrantableInput, GetPublicKeyOutput>
  listAliases: Operation<ListAliasesInput, ListAliasesOutput>
  listKeyPolicies: Operation<KeyIdInput & PageInput, ListKeyPoliciesOutput>
  listKeyRotations: Operation<ListKeyRotationsInput, ListKeyRotationsOutput>
  listKeys: Operation<PageInput, ListKeysOutput>
  listResourceTags: Operation<KeyIdInput & PageInput, ListResourceTagsOutput>
  putKeyPolicy: Operation<PutKeyPolicyInput, Nothing>
  reEncrypt: Operation<ReEncryptInput, ReEncryptOutput>
  rotateKeyOnDemand: Operation<KeyIdInput, { readonly keyId: string }>
  scheduleKeyDeletion: Operation<ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput>
  sign: Operation<SignInput, SignOutput>
  tagResource: Operation<TagResourceInput, Nothing>
  untagResource: Operation<UntagResourceInput, Nothing>
  updateAlias: Operation<AliasInput, Nothing>
  updateKeyDescription: Operation<UpdateKeyDescriptionInput, Nothing>
  verify: Operation<VerifyInput, VerifyOutput>
}

export const OPERATIONS: Readonly<Operations> = {
  cancelKeyDeletion,
  createAlias,
  createKey,
  decrypt,
  deleteAlias,
  deriveSharedSecret,
  describeKey,
  disableKey,
  disableKeyRotation,
  enableKey,
  enableKeyRotation,
  encrypt,
  generateDataKey,
  generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext,
  generateDataKeyWithoutPlaintext,
  generateRandom,
  getKeyPolicy,
  getKeyRotationStatus,
  getPublicKey,
  listAliases,
  listKeyPolicies,
  listKeyRotations,
  listKeys,
  listResourceTags,
  putKeyPolicy,
  reEncrypt,
  rotateKeyOnDemand,
  scheduleKeyDeletion,
  sign,
  tagResource,
  untagResource,
  updateAlias,
  updateKeyDescription,
  verify,
}

export type OperationName = keyof Operations

/** What an operation takes. */
export type InputOf<Name extends OperationName> =
  Operations[Name] extends Operation<infer Input, infer _Output> ? Input : never

/** What an operation gives. */
export type OutputOf<Name extends OperationName> =
  Operations[Name] extends Operation<infer _Input, infer Output> ? Output : never

/** What an operation gives a caller who asks for the secret in clear, and what it gives for a recipient. */
type InClear<Output> = Exclude<Output, { readonly ciphertextForRecipient: Bytes }>
type ForRecipient<Output> = Extract<Output, { readonly ciphertextForRecipient: Bytes }>

type Method<Input, Output> = [ForRecipient<Output>] extends [never]
  ? (input: Input) => Promise<Output>
  : {
      (input: Input & { readonly recipient?: undefined }): Promise<InClear<Output>>
      (input: Input & { readonly recipient: RecipientInput }): Promise<ForRecipient<Output>>
      (input: Input): Promise<Output>
    }

/** All operations as methods. Those that give a secret give it in clear, unless the call names a recipient. */
export type KmsClient = {
  readonly [Name in OperationName]: Method<InputOf<Name>, OutputOf<Name>>
}
