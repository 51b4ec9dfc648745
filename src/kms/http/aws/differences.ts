/**
 * What our operations take and AWS's of the same name do not (AWS KMS API reference): parameters of other dialects. Here
 * they are refused like any name that nobody knows, for a policy written for AWS would not reckon with them.
 */
import { unsupported } from '../../core/input.ts'
import type { InputOf, OperationName } from '../../operations/index.ts'

type Inputs = { readonly [Name in OperationName]?: readonly (keyof InputOf<Name> & string)[] }

const INPUTS: Inputs = { createKey: ['aliasName'] }

/** Whether AWS's operation has a parameter that ours has. */
export function hasInAws(name: OperationName, member: string): boolean {
  const strange: readonly string[] = INPUTS[name] ?? []
  return !strange.includes(member)
}

/** @throws {KmsError} E_KMS_UNSUPPORTED for what AWS's operation does not take. */
export function requireAwsInput(name: OperationName, input: Readonly<Record<string, unknown>>): void {
  const stranger = Object.keys(input).find((one) => !hasInAws(name, one) && (input[one] ?? null) !== null)
  if (stranger !== undefined) throw unsupported(stranger)
}
