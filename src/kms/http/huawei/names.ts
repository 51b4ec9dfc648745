/** Huawei's names of key specs and states (DEW API reference, "Creating a key", "Querying a key"), and ours. */
import { KmsError } from '../../core/error.ts'
import type { KeyState } from '../../keys/record.ts'
import type { KeySpec } from '../../keys/spec.ts'

const SPECS: Readonly<Record<string, KeySpec>> = {
  AES_256: 'SYMMETRIC_DEFAULT',
  RSA_2048: 'RSA_2048',
  RSA_3072: 'RSA_3072',
  RSA_4096: 'RSA_4096',
  EC_P256: 'ECC_NIST_P256',
  EC_P384: 'ECC_NIST_P384',
  // The names for data key pairs.
  ECC_NIST_P256: 'ECC_NIST_P256',
  ECC_NIST_P384: 'ECC_NIST_P384',
}

/** Other states, such as pending import (5), do not occur. */
const STATES: Readonly<Record<KeyState, string>> = { Enabled: '2', Disabled: '3', PendingDeletion: '4' }

/** Our name of a key spec. @throws {KmsError} E_KMS_VALIDATION */
export function specFrom(name: unknown): unknown {
  if (typeof name !== 'string') return name
  const spec = Object.hasOwn(SPECS, name) ? SPECS[name] : undefined
  if (spec !== undefined) return spec
  throw new KmsError('E_KMS_VALIDATION', {
    what: 'unknown key_spec',
    expected: Object.keys(SPECS).join(', '),
    got: name.slice(0, 40),
  })
}

/** Huawei's name of a key spec; AWS's for a key that only its API creates. */
export function specName(spec: KeySpec): string {
  return Object.keys(SPECS).find((name) => SPECS[name] === spec) ?? spec
}

/** Huawei's name of a key state. */
export function stateName(state: KeyState): string {
  return STATES[state]
}

/** The key ID in an ARN. */
export function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}
