/** Requests and policies, of which a test says only what it is about. */
import { readPolicy } from '../../../src/kms/policy/policy.ts'
import { accountOf } from '../../../src/kms/policy/principals.ts'
import { type AccessRequest, ConditionContext } from '../../../src/kms/policy/request.ts'
import type { Policy } from '../../../src/kms/policy/statement.ts'
import { ACCOUNT, pcrsOf, ROLE } from '../support.ts'

export const KEY: string = `arn:aws:kms:local-1:${ACCOUNT}:key/0d0466b0-e727-4d9c-b35d-f84bb474a37f`
export const URN = 'kms:local-1:d:KeyId:0d0466b0-e727-4d9c-b35d-f84bb474a37f'
export const ROOT: string = `arn:aws:iam::${ACCOUNT}:root`

/** What a decision sees of a document of `pcrsOf(seed)`. */
export const attested = (seed: number): ConditionContext =>
  new ConditionContext({}, { pcrs: pcrsOf(seed) } as unknown as ConstructorParameters<
    typeof ConditionContext
  >[1])

/** Who asks to decrypt, unless something else is said. */
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

/** A statement that lets the enclave's role decrypt, unless something else is said. */
export const statement = (more: object = {}): object => ({
  Effect: 'Allow',
  Principal: { AWS: ROLE },
  Action: 'kms:Decrypt',
  Resource: '*',
  ...more,
})

/** A key's policy of those statements. */
export const key = (...statements: object[]): Policy =>
  readPolicy({ Version: '2012-10-17', Statement: statements }, 'key', 'key policy')
