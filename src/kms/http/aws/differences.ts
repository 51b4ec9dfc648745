/**
 * What our operations have and AWS's of the same name have not (AWS KMS API reference): what other dialects need. Asked
 * for, it is refused like any name that nobody knows, for a policy written for AWS would not reckon with it; and no answer
 * has it.
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

/** @throws {KmsError} E_KMS_UNSUPPORTED for what AWS's operation does not take. */
export function requireAwsInput(name: OperationName, input: Readonly<Record<string, unknown>>): void {
  const more: readonly string[] = INPUTS_MORE[name] ?? []
  const stranger = more.find((member) => (input[member] ?? null) !== null)
  if (stranger !== undefined) throw unsupported(stranger)
}

/** An output less what AWS's operation does not answer. */
export function awsOutput(name: OperationName, output: object): object {
  return without(output, OUTPUTS_MORE[name])
}
