/** Requests and policies with defaults, so that a test states only what it is about. */
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { accountOf } from '../../../src/kms/policy/principals.ts'
import { type AccessRequest, ConditionContext } from '../../../src/kms/policy/request.ts'
import type { Policy } from '../../../src/kms/policy/statement.ts'
import { ACCOUNT, pcrsOf, ROLE } from '../support.ts'

export const KEY: string = `arn:aws:kms:local-1:${ACCOUNT}:key/0d0466b0-e727-4d9c-b35d-f84bb474a37f`
export const URN = 'kms:local-1:d:KeyId:0d0466b0-e727-4d9c-b35d-f84bb474a37f'
export const ROOT: string = `arn:aws:iam::${ACCOUNT}:root`

/** The condition context of a call whose document has the PCRs `pcrsOf(seed)`. */
export const attested = (seed: number): ConditionContext =>
  new ConditionContext({}, { pcrs: pcrsOf(seed) } as unknown as ConstructorParameters<
    typeof ConditionContext
  >[1])

/** A request for the enclave's role to decrypt, with the changes `more`. */
export function request(more: Partial<AccessRequest> = {}): AccessRequest {
  const principal = more.principal ?? ROLE
  const context = new ConditionContext({})
  return {
    action: 'Decrypt',
    principal,
    account: accountOf(principal),
    isForeign: ![ACCOUNT, 'd'].includes(accountOf(principal)),
    resources: [KEY, URN],
    context,
    ...more,
  }
}

/** A statement that lets the enclave's role decrypt, with the changes `more`. */
export const statement = (more: object = {}): object => ({
  Effect: 'Allow',
  Principal: { AWS: ROLE },
  Action: 'kms:Decrypt',
  Resource: '*',
  ...more,
})

/** A key policy with these statements. */
export const key = (...statements: object[]): Policy =>
  readPolicy({ Version: '2012-10-17', Statement: statements }, 'key', 'key policy')
