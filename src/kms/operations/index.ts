/** The operations, and what a caller makes of them: methods that take and give what each says. */
import type { Bytes } from '../../base/bytes.ts'
import type { PolicyAction } from '../policy/actions.ts'
import * as all from './all.ts'
import type { Operation, RecipientInput } from './operation.ts'

/** What each takes and gives. */
export type Operations = typeof all

export type OperationName = keyof Operations

/** Operations by their permissions: each asks for the one of its name, one for two, and one, Huawei's, for those of others. */
type Permitted =
  | Uncapitalize<Exclude<PolicyAction, 'ReEncryptFrom' | 'ReEncryptTo'> | 'ReEncrypt'>
  | 'replaceAliases'

/** One for each permission, and nothing else. */
type Complete = Record<Permitted, Pick<Operation<never, unknown>, 'run'>> &
  Record<Exclude<OperationName, Permitted>, never>

export const OPERATIONS: Readonly<Operations> = { ...all } satisfies Complete

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
