/**
 * Principals: who a statement is about (IAM user guide, "AWS JSON policy elements: Principal" and ": NotPrincipal"; Huawei
 * iam5, "JSON element reference"). A principal is a full name or `*`: a name with a wildcard would match nobody,
 * and is rejected. A role session also matches its role, and every principal matches its account.
 */
import { at, badPolicy, requireKnown, requireObject, texts } from './reading.ts'

/** How a statement matches the caller: by name, by account, or not at all. */
export type PrincipalMatch = 'caller' | 'account' | 'nobody'

/** The principals of a statement, or (negated) all but these. */
export interface Principals {
  readonly patterns: readonly string[]
  readonly negated: boolean
}

/** The supported types of principals and their format. Services and federated users cannot call this KMS. */
const GROUPS: Readonly<Record<string, { readonly form: RegExp; readonly expected: string } | undefined>> = {
  AWS: {
    form: /^(?:\*|\d{12}|arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|(?:user|role)\/[^*?\s]+)|sts::\d{12}:(?:assumed-role\/[^*?\s/]+|federated-user)\/[^*?\s/]+))$/,
    expected: '*, a 12-digit account ID, or the full ARN of its root, a user, a role or a session',
  },
  IAM: {
    form: /^(?:\*|[\w-]+|(?:iam|sts)::[\w-]+:(?:root|[a-z-]+:[^*?\s]+))$/,
    expected: '*, a domain ID, or the full URN of its root, a user, an agency or a session',
  },
  Service: undefined,
  Federated: undefined,
}

/** Whether `text` is the full name of one principal: of a user, role, agency, session, or of the root of an account. */
export function isPrincipalName(text: string): boolean {
  const group = text.startsWith('arn:')
    ? GROUPS['AWS']
    : /^(?:iam|sts):/.test(text)
      ? GROUPS['IAM']
      : undefined
  return group?.form.test(text) === true
}

/**
 * The principals of a statement, ready for matching.
 * @throws {KmsError} E_KMS_POLICY if there are none, or one cannot match anybody.
 */
export function readPrincipals(statement: Readonly<Record<string, unknown>>, place: string): Principals {
  const [positive, negative] = [statement['Principal'], statement['NotPrincipal']]
  const negated = negative !== undefined
  const written = negated ? negative : positive
  if (written === undefined || (negated && positive !== undefined)) {
    throw badPolicy(at(place, 'Principal'), 'Principal or NotPrincipal', negated ? 'both' : 'neither')
  }
  const name = at(place, negated ? 'NotPrincipal' : 'Principal')
  if (written === '*') return { patterns: ['*'], negated }
  const groups = requireObject(written, name)
  requireKnown(groups, Object.keys(GROUPS), name)
  if (Object.keys(groups).length === 0) throw badPolicy(name, 'somebody', 'nobody')
  const patterns = Object.entries(groups).flatMap(([group, value]) => {
    const names = texts(value, at(name, group))
    const kind = GROUPS[group]
    if (kind === undefined) return []
    const wrong = names.find((one) => !kind.form.test(one))
    if (wrong !== undefined) throw badPolicy(at(name, group), kind.expected, wrong)
    return names.map(withoutPath)
  })
  return { patterns, negated }
}

/**
 * How `principals` match the caller. `NotPrincipal` excepts only callers named at every level: the account, the role of
 * a session, and the principal itself, as AWS documents it. `Deny` beside an account means all that is in it.
 */
export function matchPrincipals(
  { patterns, negated }: Principals,
  effect: 'Allow' | 'Deny',
  principal: string,
  account: string,
): PrincipalMatch {
  const named = new Set(patterns)
  const isEverybody = named.has('*')
  const identities = identitiesOf(principal)
  const names = accountNames(principal, account)
  const isAccountNamed = names.some((name) => named.has(name))
  const isNamed = (identity: string) => named.has(identity) || (isAccountNamed && names.includes(identity))
  if (negated) return isEverybody || (isAccountNamed && identities.every(isNamed)) ? 'nobody' : 'caller'
  if (isEverybody || identities.some(isNamed)) return 'caller'
  if (!isAccountNamed) return 'nobody'
  return effect === 'Deny' ? 'caller' : 'account'
}

const SESSION = /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/
const AGENCY_SESSION = /^sts::([^:]+):assumed-agency:([^/]+)\/[^/]+$/

/** The role or agency of a session; otherwise the principal itself. This is also AWS's `aws:PrincipalArn`. */
export function roleOf(principal: string): string {
  const [, partition, account, role] = SESSION.exec(principal) ?? []
  if (role !== undefined) return `arn:${partition}:iam::${account}:role/${role}`
  const [, domain, agency] = AGENCY_SESSION.exec(principal) ?? []
  return agency === undefined ? principal : `iam::${domain}:agency:${agency}`
}

/** The account in an ARN, or the domain in a name of Huawei; otherwise the text itself. */
export function accountOf(principal: string): string {
  const parts = principal.split(':')
  if (parts[0] === 'arn') return parts[4] ?? ''
  return parts[0] === 'iam' || parts[0] === 'sts' ? (parts[2] ?? '') : principal
}

/** Whether a caller is an account's root, who is allowed everything by its own account. */
export function isRoot(principal: string): boolean {
  return /^(?:arn:[^:]+:iam::\d{12}|iam::[^:]+):root$/.test(principal)
}

/** All names of a caller except the account. */
function identitiesOf(principal: string): readonly string[] {
  return [...new Set([withoutPath(principal), withoutPath(roleOf(principal))])]
}

/** Removes the path of a role: role names are unique in an account, and a session's ARN has no path. */
export function withoutPath(principal: string): string {
  return principal.replace(/^(arn:[^:]+:iam::\d{12}:role\/)(?:[^/]+\/)+/, '$1')
}

/** The names of the account itself: its number, or its root's. */
function accountNames(principal: string, account: string): readonly string[] {
  const partition = principal.startsWith('arn:') ? principal.split(':')[1] : 'aws'
  return [account, `arn:${partition}:iam::${account}:root`, `iam::${account}:root`]
}
