/** Who calls a KMS, as a program or a configuration names it. */
import { readPolicy } from '../policy/policy.ts'
import type { Caller } from '../policy/request.ts'
import type { ReadCaller } from './call.ts'
import { KmsError } from './error.ts'
import { unknownMember } from './input.ts'

const CALLER_MEMBERS: readonly string[] = ['principal', 'policies'] satisfies (keyof Caller)[]

/** @throws {KmsError} E_KMS_POLICY, E_KMS_VALIDATION */
export function readCaller(caller: Caller): ReadCaller {
  const { principal, policies = [] } = caller
  const stranger = unknownMember(caller, CALLER_MEMBERS)
  if (stranger !== undefined || !Array.isArray(policies)) {
    throw new KmsError('E_KMS_VALIDATION', {
      what: 'the caller has an unknown member, or policies that are not a list',
      expected: 'principal, and optionally policies: a list',
      got: stranger ?? 'policies of another type',
    })
  }
  if (typeof principal !== 'string' || principal === '' || principal === '*') {
    throw new KmsError('E_KMS_VALIDATION', {
      what: 'the caller has no principal',
      expected: 'principal: an ARN of AWS, or a URN of Huawei',
    })
  }
  const read = policies.map((policy, at) =>
    readPolicy(policy, 'identity', `policy ${at + 1} of ${principal}`),
  )
  return { principal, policies: read }
}
