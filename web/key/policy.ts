/** The policies that the page writes. */

/** What every key of the page allows its owner, so that the policy can always be changed. */
const OWNER = {
  Sid: 'Owner',
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::000000000000:root' },
  Action: ['kms:DescribeKey', 'kms:Encrypt', 'kms:GetKeyPolicy', 'kms:PutKeyPolicy'],
  Resource: '*',
}

const SID = 'OnlyThisEnclave'
const CONDITION = 'kms:RecipientAttestation:PCR0'

interface Statement {
  readonly Sid?: unknown
}

/** A policy that allows decryption to enclaves with `pcr0`, or to nobody. */
export function policyFor(principal: string, pcr0?: string): string {
  const statements = pcr0 === undefined ? [OWNER] : [OWNER, statementFor(principal, pcr0)]
  return write(statements)
}

/** A policy that allows only decryption, and only to enclaves with `pcr0`. */
export const onlyFor = (principal: string, pcr0: string): string => write([statementFor(principal, pcr0)])

function statementFor(principal: string, pcr0: string): object {
  return {
    Sid: SID,
    Effect: 'Allow',
    Principal: { AWS: principal },
    Action: 'kms:Decrypt',
    Resource: '*',
    Condition: { StringEqualsIgnoreCase: { [CONDITION]: pcr0 } },
  }
}

/**
 * `policy` with `pcr0` as the only allowed one; a text that is not a policy is replaced.
 *
 * @example
 * withPcr0('{}', 'arn:aws:iam::000000000000:role/enclave', '07'.repeat(48)) // has one statement with this PCR0
 */
export function withPcr0(policy: string, principal: string, pcr0: string): string {
  const others = statementsOf(policy).filter(({ Sid }) => Sid !== SID)
  return write([...(others.length > 0 ? others : [OWNER]), statementFor(principal, pcr0)])
}

function statementsOf(policy: string): Statement[] {
  try {
    const { Statement: given } = JSON.parse(policy) as { Statement?: unknown }
    return Array.isArray(given) ? given.filter((one) => typeof one === 'object' && one !== null) : []
  } catch {
    return []
  }
}

const write = (Statement: readonly object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement }, undefined, 2)
