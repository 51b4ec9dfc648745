/** The operations, and their types as methods of a KMS client. */
import type { Bytes } from '../../base/bytes.ts'
import type { PolicyAction } from '../policy/actions.ts'
import * as all from './all.ts'
import type { Operation, RecipientInput } from './operation.ts'

/** All operations. */
export type Operations = typeof all

export type OperationName = keyof Operations

/**
 * Operations by permission: most need the permission of their name; one needs two, and Huawei's one those of others.
 */
type Permitted =
  | Uncapitalize<Exclude<PolicyAction, 'ReEncryptFrom' | 'ReEncryptTo'> | 'ReEncrypt'>
  | 'replaceAliases'

/** Checks that each permission has an operation, and that there are no others. */
type Complete = Record<Permitted, Pick<Operation<never, unknown>, 'run'>> &
  Record<Exclude<OperationName, Permitted>, never>

export const OPERATIONS: Readonly<Operations> = { ...all } satisfies Complete

/** The input of an operation. */
export type InputOf<Name extends OperationName> =
  Operations[Name] extends Operation<infer Input, infer _Output> ? Input : never

/** The output of an operation. */
export type OutputOf<Name extends OperationName> =
  Operations[Name] extends Operation<infer _Input, infer Output> ? Output : never

/** The outputs of an operation without and with a recipient. */
type InClear<Output> = Exclude<Output, { readonly ciphertextForRecipient: Bytes }>
type ForRecipient<Output> = Extract<Output, { readonly ciphertextForRecipient: Bytes }>

type Method<Input, Output> = [ForRecipient<Output>] extends [never]
  ? (input: Input) => Promise<Output>
  : {
      (input: Input & { readonly recipient?: undefined }): Promise<InClear<Output>>
      (input: Input & { readonly recipient: RecipientInput }): Promise<ForRecipient<Output>>
      (input: Input): Promise<Output>
    }

/** All operations as methods. Secrets are returned as plaintext, unless the call names a recipient. */
export type KmsClient = {
  readonly [Name in OperationName]: Method<InputOf<Name>, OutputOf<Name>>
}
