/**
 * What our operations have in addition to AWS's (AWS KMS API reference), because other dialects need it. Over AWS's API
 * these names are rejected like unknown ones, because policies written for AWS do not consider them; and answers do not
 * contain them.
 */
import { unsupported } from '../../core/input.ts'
import { type InputOf, OPERATIONS, type OperationName, type OutputOf } from '../../operations/index.ts'

type Members<Of> = readonly (keyof Of & string)[]

const OPERATIONS_MORE: readonly OperationName[] = ['replaceAliases']
const INPUTS_MORE: { readonly [Name in OperationName]?: Members<InputOf<Name>> } = {
  createKey: ['aliasName'],
}
const OUTPUTS_MORE: { readonly [Name in OperationName]?: Members<OutputOf<Name>> } = {
  cancelKeyDeletion: ['keyState'],
  disableKey: ['keyId', 'keyState'],
  enableKey: ['keyId', 'keyState'],
  updateKeyDescription: ['keyId'],
}

const without = (value: object, names: readonly string[] = []) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))

/** Our names of AWS's operations. */
export const AWS_OPERATIONS: readonly OperationName[] = (Object.keys(OPERATIONS) as OperationName[]).filter(
  (name) => !OPERATIONS_MORE.includes(name),
)

/** The names in the input of AWS's operation. */
export function awsInputs(name: OperationName): readonly string[] {
  return Object.keys(without(OPERATIONS[name].fields, INPUTS_MORE[name]))
}

/** @throws {KmsError} E_KMS_UNSUPPORTED for a parameter that AWS's operation does not have. */
export function requireAwsInput(name: OperationName, input: Readonly<Record<string, unknown>>): void {
  const more: readonly string[] = INPUTS_MORE[name] ?? []
  const stranger = more.find((member) => (input[member] ?? null) !== null)
  if (stranger !== undefined) throw unsupported(stranger)
}

/** An output without the members that AWS's operation does not have. */
export function awsOutput(name: OperationName, output: object): object {
  return without(output, OUTPUTS_MORE[name])
}
