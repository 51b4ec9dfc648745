/**
 * The policy language, element by element: what AWS documents (IAM user guide, "IAM JSON policy element reference"; KMS
 * developer guide, "Key policies" and "Condition keys"), what Huawei documents (IAM user guide, "Policy syntax"; iam5, "JSON
 * element reference"), how this KMS handles it, and cases of each, which `language.test.ts` runs. If a cloud's
 * documentation is ambiguous, the stricter reading applies.
 */
import { ACCOUNT, OTHER, pcr0, ROLE } from '../support.ts'
import { KEY, ROOT, URN } from './requests.ts'

/** The outcome of a case: the policy is refused with this message, or the caller is allowed or denied. */
export type Outcome = RegExp | 'allowed' | 'denied'

/** `allow` is the only statement in the policy of the key `KEY`; `deny` is added to an Allow for everybody. */
export interface Case {
  readonly allow?: object
  readonly deny?: object
  /** Statements of the caller's identity policy. */
  readonly own?: object
  /** Other members of the policy. */
  readonly policy?: object
  readonly caller?: string
  readonly action?: string
  readonly values?: Readonly<Record<string, string | readonly string[]>>
  readonly outcome: Outcome
}

/** One element of the language. */
export interface LanguageElement {
  readonly element: string
  readonly aws: string
  readonly huawei: string
  readonly here: string
  readonly cases: readonly Case[]
}

const ALL = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }
const DENY = { Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' }
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/enclave/one`
const aws = (...AWS: string[]) => ({ AWS })
const EVE = 'arn:aws:iam::999999999999:user/eve'
const EVES_ROOT = 'arn:aws:iam::999999999999:root'
const OWN = { Effect: 'Allow', Action: 'kms:*', Resource: '*' }
const without = (statement: object, name: string) => ({ ...statement, [name]: undefined })
const notResource = (...NotResource: string[]) => ({
  ...without(without(DENY, 'Principal'), 'Resource'),
  NotResource,
})
const when = (Condition: object) => ({ ...DENY, Condition })
const allowWhen = (Condition: object) => ({ ...ALL, Condition })

export const ELEMENTS: readonly LanguageElement[] = [
  {
    element: 'Version',
    aws: '2012-10-17, or 2008-10-17, which is the default',
    huawei: '1.1 for custom policies, 5.0 for identity policies',
    here: 'these four; 1.1 and 5.0 determine the dialect of patterns for Huawei’s actions',
    cases: [
      { allow: ALL, outcome: 'allowed' },
      { allow: ALL, policy: { Version: undefined }, outcome: 'allowed' },
      { allow: ALL, policy: { Version: '1.1' }, outcome: 'allowed' },
      { allow: ALL, policy: { Version: '2012-10-18' }, outcome: /Version/ },
      { allow: ALL, policy: { Version: 5.0 }, outcome: /Version/ },
    ],
  },
  {
    element: 'Id',
    aws: 'a text for people',
    huawei: 'not defined',
    here: 'a text for people; unknown members of a policy are refused',
    cases: [
      { allow: ALL, policy: { Id: 'a policy' }, outcome: 'allowed' },
      { allow: ALL, policy: { Id: 5 }, outcome: /Id/ },
      { allow: ALL, policy: { id: 'a policy' }, outcome: /the policy/ },
    ],
  },
  {
    element: 'Statement',
    aws: 'one or a list',
    huawei: 'a list; up to 8 in a custom policy',
    here: 'one or a list, 1 to 256; duplicate members are refused (policy.test.ts)',
    cases: [
      { allow: ALL, policy: { Statement: ALL }, outcome: 'allowed' },
      { allow: ALL, policy: { Statement: [] }, outcome: /1 to 256 statements/ },
      { allow: ALL, policy: { Statement: 'all' }, outcome: /Statement\[0\]/ },
    ],
  },
  {
    element: 'Sid',
    aws: 'letters and digits, in key policies spaces too; unique',
    huawei: 'a text (5.0)',
    here: 'any text: it only names the statement in explanations',
    cases: [
      { allow: { ...ALL, Sid: 'Enable IAM' }, outcome: 'allowed' },
      { allow: { ...ALL, Sid: 5 }, outcome: /Sid/ },
    ],
  },
  {
    element: 'Effect',
    aws: 'Allow or Deny, in that spelling; a Deny wins',
    huawei: 'the same',
    here: 'the same',
    cases: [
      { deny: DENY, outcome: 'denied' },
      { allow: { ...ALL, Effect: 'ALLOW' }, outcome: /Effect/ },
      { allow: without(ALL, 'Effect'), outcome: /Effect/ },
    ],
  },
  {
    element: 'Principal',
    aws: '*; an account, which allows its root and delegates the rest to its identity policies; users, roles and sessions by their full ARNs: "you cannot use a wildcard to match part of a principal name or ARN"; services; federated users',
    huawei: '* or URNs under IAM (5.0, resource policies)',
    here: 'the same, each in its own format; a role includes its sessions; a Deny of an account includes everybody in it; a Deny of services alone is refused, because no service calls this KMS',
    cases: [
      { allow: { ...ALL, Principal: '*' }, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws('*') }, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws(ROLE) }, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws(OTHER) }, outcome: 'denied' },
      { allow: { ...ALL, Principal: aws(ROLE) }, caller: SESSION, outcome: 'allowed' },
      { deny: { ...DENY, Principal: aws(ROLE) }, caller: SESSION, outcome: 'denied' },
      { deny: { ...DENY, Principal: aws(SESSION) }, caller: SESSION, outcome: 'denied' },
      { deny: { ...DENY, Principal: aws(SESSION) }, caller: `${SESSION}2`, outcome: 'allowed' },
      { deny: { ...DENY, Principal: aws(ROLE.replace('role/', 'role/a/b/')) }, outcome: 'denied' },
      { deny: { ...DENY, Principal: aws(OTHER) }, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws(ROOT) }, outcome: 'denied' },
      { allow: { ...ALL, Principal: aws(ROOT) }, own: without(ALL, 'Principal'), outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws(ROOT) }, caller: ROOT, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws(ACCOUNT) }, caller: ROOT, outcome: 'allowed' },
      { deny: { ...DENY, Principal: aws(ROOT) }, outcome: 'denied' },
      { deny: { ...DENY, Principal: aws(ACCOUNT) }, outcome: 'denied' },
      { deny: { ...DENY, Principal: aws('444455556666') }, outcome: 'allowed' },
      { deny: { ...DENY, Principal: aws(`arn:aws:iam::${ACCOUNT}:role/*`) }, outcome: /Principal\.AWS/ },
      {
        deny: { ...DENY, Principal: aws(`arn:aws:iam::${ACCOUNT}:role/enclav?`) },
        outcome: /Principal\.AWS/,
      },
      { deny: { ...DENY, Principal: aws('arn:aws:iam::*:root') }, outcome: /Principal\.AWS/ },
      { allow: { ...ALL, Principal: aws('1111*') }, outcome: /Principal\.AWS/ },
      { allow: { ...ALL, Principal: aws('role/enclave') }, outcome: /Principal\.AWS/ },
      { allow: { ...ALL, Principal: aws(`arn:aws:iam::${ACCOUNT}:group/all`) }, outcome: /Principal\.AWS/ },
      { allow: { ...ALL, Principal: aws() }, outcome: /at least one name/ },
      { allow: { ...ALL, Principal: {} }, outcome: /Principal/ },
      { allow: { ...ALL, Principal: ROLE }, outcome: /Principal/ },
      { allow: { ...ALL, Principal: { Service: 'ec2.amazonaws.com' } }, outcome: 'denied' },
      {
        deny: { ...DENY, Principal: { Service: 'ec2.amazonaws.com' } },
        outcome: /a principal that can call this KMS/,
      },
      { deny: { ...DENY, Principal: { Service: 'ec2.amazonaws.com', AWS: ROLE } }, outcome: 'denied' },
      { allow: { ...ALL, Principal: { CanonicalUser: '79a5' } }, outcome: /CanonicalUser/ },
      {
        allow: { ...ALL, Principal: { IAM: 'iam::d:agency:a' } },
        caller: 'iam::d:agency:a',
        outcome: 'allowed',
      },
      { deny: { ...DENY, Principal: { IAM: 'iam::d:root' } }, caller: 'iam::d:agency:a', outcome: 'denied' },
      {
        deny: { ...DENY, Principal: { IAM: 'iam::d:agency:a' } },
        caller: 'sts::d:assumed-agency:a/one',
        outcome: 'denied',
      },
      { deny: { ...DENY, Principal: { IAM: 'iam::d:agency:*' } }, outcome: /Principal\.IAM/ },
      { deny: { ...DENY, Principal: { AWS: 'iam::d:agency:a' } }, outcome: /Principal\.AWS/ },
    ],
  },
  {
    element: 'A caller of another account',
    aws: 'the key policy must allow the caller or the caller’s account, and the identity policies must allow the call too: "neither the key policy nor the IAM policy alone is sufficient"; an account’s root is allowed everything by itself. AWS accepts calls of other accounts only for some operations',
    huawei: 'by grants, which this KMS does not have',
    here: 'both must allow it, whether the key policy names the caller, the account or everybody, and for every operation; a root needs no identity policy. A caller whose name has neither format belongs to another account',
    cases: [
      { allow: { ...ALL, Principal: aws(EVE) }, caller: EVE, outcome: 'denied' },
      { allow: { ...ALL, Principal: aws(EVE) }, own: OWN, caller: EVE, outcome: 'allowed' },
      {
        allow: { ...ALL, Principal: aws(EVE) },
        own: { ...OWN, Action: 'kms:Encrypt' },
        caller: EVE,
        outcome: 'denied',
      },
      {
        allow: { ...ALL, Principal: aws(EVE) },
        own: { ...OWN, Effect: 'Deny' },
        caller: EVE,
        outcome: 'denied',
      },
      { allow: ALL, caller: EVE, outcome: 'denied' },
      { allow: ALL, own: OWN, caller: EVE, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws('999999999999') }, caller: EVE, outcome: 'denied' },
      { allow: { ...ALL, Principal: aws('999999999999') }, own: OWN, caller: EVE, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws(ROOT) }, own: OWN, caller: EVE, outcome: 'denied' },
      { allow: { ...ALL, Principal: aws(EVES_ROOT) }, caller: EVES_ROOT, outcome: 'allowed' },
      { allow: { ...ALL, Principal: aws(ROOT) }, caller: EVES_ROOT, outcome: 'denied' },
      { deny: DENY, own: OWN, caller: EVE, outcome: 'denied' },
      { allow: ALL, caller: 'eve', outcome: 'denied' },
      { allow: ALL, own: OWN, caller: 'eve', outcome: 'allowed' },
      {
        allow: { ...ALL, Principal: { IAM: 'iam::e:agency:a' } },
        caller: 'iam::e:agency:a',
        outcome: 'denied',
      },
      {
        allow: { ...ALL, Principal: { IAM: 'iam::e:agency:a' } },
        own: OWN,
        caller: 'iam::e:agency:a',
        outcome: 'allowed',
      },
      { allow: { ...ALL, Principal: aws('eve') }, caller: 'eve', outcome: /Principal\.AWS/ },
    ],
  },
  {
    element: 'NotPrincipal',
    aws: 'with Deny only; "you must also specify the account ARN of the not-denied principal", and for a session the role’s',
    huawei: 'not defined',
    here: 'with Deny only; exempts a caller who is named at every level: account, role, session. Lint warns of a name without its account',
    cases: [
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(ROLE, ROOT) }, outcome: 'allowed' },
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(ROLE, ACCOUNT) }, outcome: 'allowed' },
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(ROLE) }, outcome: 'denied' },
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(ROOT) }, outcome: 'denied' },
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(ROOT) }, caller: ROOT, outcome: 'allowed' },
      {
        deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(ACCOUNT) },
        caller: ROOT,
        outcome: 'allowed',
      },
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(OTHER, ROOT) }, outcome: 'denied' },
      {
        deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(ROLE, ROOT) },
        caller: SESSION,
        outcome: 'denied',
      },
      {
        deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(SESSION, ROLE, ROOT) },
        caller: SESSION,
        outcome: 'allowed',
      },
      {
        deny: { ...without(DENY, 'Principal'), NotPrincipal: aws(SESSION, ROOT) },
        caller: SESSION,
        outcome: 'denied',
      },
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: '*' }, outcome: /NotPrincipal/ },
      { deny: { ...without(DENY, 'Principal'), NotPrincipal: aws('*') }, outcome: /NotPrincipal/ },
      {
        deny: { ...without(DENY, 'Principal'), NotPrincipal: aws('arn:aws:iam::*:root') },
        outcome: /NotPrincipal/,
      },
      {
        deny: { ...without(DENY, 'Principal'), NotPrincipal: { Service: 's3.amazonaws.com' } },
        outcome: 'denied',
      },
      { deny: { ...DENY, NotPrincipal: aws(ROLE) }, outcome: /both/ },
      { allow: { ...without(ALL, 'Principal'), NotPrincipal: aws(OTHER) }, outcome: /everybody else/ },
    ],
  },
  {
    element: 'Action',
    aws: '* or service:name, case ignored, * and ? in the name',
    huawei: 'service:type:operation, * for any of them; 1.1 and 5.0 have different names',
    here: 'full names of every dialect, patterns for their own dialect only (actions.test.ts); in a Deny each must match something: an action of this KMS that the statement can deny, or an action that exists elsewhere',
    cases: [
      { allow: { ...ALL, Action: 'kms:Decrypt' }, outcome: 'allowed' },
      { allow: { ...ALL, Action: ['kms:Encrypt', 'KMS:DECRYPT'] }, outcome: 'allowed' },
      { allow: { ...ALL, Action: 'kms:C*' }, outcome: 'denied' },
      { allow: { ...ALL, Action: 'kms:Decript' }, outcome: 'denied' },
      { deny: { ...DENY, Action: 'kms:De?rypt' }, outcome: 'denied' },
      {
        deny: { ...DENY, Action: ['kms:Encrypt', 'kms:Decript'] },
        outcome: /names of existing actions.*kms:Decript/,
      },
      { deny: { ...DENY, Action: 'kms:*crypted' }, outcome: /names of existing actions/ },
      { deny: { ...DENY, Action: ['kms:CreateGrant', 's3:*'] }, outcome: 'allowed' },
      {
        deny: { ...DENY, Action: 'kms:CreateKey' },
        outcome: /actions that this statement can deny.*CreateKey/,
      },
      {
        deny: { ...DENY, Action: ['kms:Decrypt', 'kms:ListKeys'] },
        outcome: /actions that this.*ListKeys/,
      },
      { deny: { ...DENY, Action: 'kms:*' }, outcome: 'denied' },
      { deny: { ...DENY, Action: '*' }, outcome: 'denied' },
      { deny: { ...DENY, Action: '*:Decrypt' }, outcome: /an action such as/ },
      { deny: { ...DENY, Action: 'Decrypt' }, outcome: /an action such as/ },
      { deny: { ...DENY, Action: 'kms:cmk:decrypt' }, outcome: 'denied' },
      { deny: { ...DENY, Action: 'kms:cmk:d*' }, outcome: /an action such as/ },
      { deny: { ...DENY, Action: 'kms:dek:d*' }, policy: { Version: '1.1' }, outcome: 'denied' },
    ],
  },
  {
    element: 'NotAction',
    aws: 'all actions but those',
    huawei: 'the same',
    here: 'the same; in an Allow each must match something, in a Deny some action must remain',
    cases: [
      { allow: { ...without(ALL, 'Action'), NotAction: 'kms:Encrypt' }, outcome: 'allowed' },
      { allow: { ...without(ALL, 'Action'), NotAction: 'kms:D*' }, outcome: 'denied' },
      {
        allow: { ...without(ALL, 'Action'), NotAction: 'kms:Decript' },
        outcome: /NotAction.*names of existing actions/,
      },
      { deny: { ...without(DENY, 'Action'), NotAction: 'kms:Encrypt' }, outcome: 'denied' },
      { deny: { ...without(DENY, 'Action'), NotAction: 'kms:Decript' }, outcome: 'denied' },
      { deny: { ...without(DENY, 'Action'), NotAction: 'kms:*' }, outcome: /NotAction.*can deny/ },
      { deny: { ...DENY, NotAction: 'kms:Encrypt' }, outcome: /not both/ },
    ],
  },
  {
    element: 'Resource',
    aws: 'ARNs with * and ?; in a key policy * means that key, and a statement for another key has no effect but is accepted without a warning; so is another region or account in an identity policy',
    huawei: 'URNs, kms:REGION:DOMAIN:KeyId:ID; optional',
    here: 'both; * by default; in a Deny each must be able to name a key or belong to another service, and be * if the action has no key; a Deny in a key policy must be about that key, by ARN or URN. Lint warns of an Allow that is not, and of other regions and accounts in an identity policy, which may be intended for several KMSs',
    cases: [
      { allow: { ...ALL, Resource: KEY }, outcome: 'allowed' },
      { allow: without(ALL, 'Resource'), outcome: 'allowed' },
      { allow: { ...ALL, Resource: 'arn:aws:s3:::bucket' }, outcome: 'denied' },
      { deny: { ...DENY, Resource: KEY }, outcome: 'denied' },
      { deny: { ...DENY, Resource: URN.replace('kms:', 'KMS:') }, outcome: 'denied' },
      { deny: { ...DENY, Resource: 'arn:aws:kms:*:*:key/0d*' }, outcome: 'denied' },
      { deny: { ...DENY, Resource: 'arn:aws:kms:*' }, outcome: 'denied' },
      { deny: { ...DENY, Resource: '*0d0466b0-????-*' }, outcome: 'denied' },
      { deny: { ...DENY, Resource: 'arn:aws:kms:*:*:key/1*' }, outcome: /Resource.*the key itself/ },
      { deny: { ...DENY, Resource: ['arn:aws:kms:*:*:key/1*', KEY] }, outcome: 'denied' },
      { deny: { ...DENY, Resource: KEY.replace('local-1', 'us-east-1') }, outcome: /the key itself/ },
      { deny: { ...DENY, Resource: KEY.replace(ACCOUNT, '999999999999') }, outcome: /the key itself/ },
      { deny: { ...DENY, Resource: `arn:aws:kms:us-east-1:${ACCOUNT}:key/*` }, outcome: /the key itself/ },
      { deny: { ...DENY, Resource: URN.replace(':d:', ':e:') }, outcome: /the key itself/ },
      { deny: { ...DENY, Resource: `arn:aws:kms:local-1:${ACCOUNT}:key/*` }, outcome: 'denied' },
      { allow: { ...ALL, Resource: KEY.replace('local-1', 'us-east-1') }, outcome: 'denied' },
      { allow: ALL, own: { ...without(DENY, 'Principal'), Resource: KEY }, outcome: 'denied' },
      {
        allow: ALL,
        own: { ...without(DENY, 'Principal'), Resource: KEY.replace('local-1', 'us-east-1') },
        outcome: 'allowed',
      },
      { deny: { ...DENY, Resource: KEY.replace('key/', 'keys/') }, outcome: /Resource.*the name of keys/ },
      { deny: { ...DENY, Resource: `${KEY}0` }, outcome: /the name of keys/ },
      { deny: { ...DENY, Resource: KEY.slice(0, -1) }, outcome: /the name of keys/ },
      { deny: { ...DENY, Resource: 'arn:aws:kms:*:*:key/g*' }, outcome: /the name of keys/ },
      { deny: { ...DENY, Resource: 'arn:aws:kms:*:*:alias/a' }, outcome: /the name of keys/ },
      { deny: { ...DENY, Resource: [KEY, 'arn:aws:s3:::bucket'] }, outcome: 'denied' },
      { deny: { ...DENY, Resource: 'arn:aws:s3:::bucket' }, outcome: /the name of keys.*bucket/ },
      { deny: { ...DENY, Resource: [KEY, 'arn:aws:*:::bucket'] }, outcome: /the name of keys.*bucket/ },
      { deny: { ...DENY, Action: 's3:*', Resource: 'arn:aws:s3:::bucket' }, outcome: 'allowed' },
      {
        deny: { ...DENY, Action: ['s3:*', 'kms:Decript'], Resource: 'arn:aws:s3:::b' },
        outcome: /kms:Decript/,
      },
      {
        own: { ...without(DENY, 'Principal'), Action: 'kms:CreateKey', Resource: KEY },
        allow: ALL,
        outcome: /actions that this statement can deny/,
      },
      { deny: { ...DENY, Resource: 5 }, outcome: /texts/ },
    ],
  },
  {
    element: 'NotResource',
    aws: 'all resources but those',
    huawei: 'the same',
    here: 'the same; in an Allow each must be able to name a key or belong to another service, in a Deny some key must remain, in any region and account; in a key policy a Deny must not exclude that key, and an Allow can exclude only that key',
    cases: [
      { deny: { ...without(DENY, 'Resource'), NotResource: KEY }, outcome: /NotResource.*the key itself/ },
      { deny: { ...without(DENY, 'Resource'), NotResource: URN }, outcome: /NotResource.*the key itself/ },
      {
        deny: { ...without(DENY, 'Resource'), NotResource: KEY.replace('local-1', 'us-east-1') },
        outcome: 'denied',
      },
      { own: notResource(KEY), allow: ALL, outcome: 'allowed' },
      { own: notResource('arn:aws:kms:*:*:key/1*'), allow: ALL, outcome: 'denied' },
      { own: notResource('arn:aws:kms:us-east-1:*'), allow: ALL, outcome: 'denied' },
      { own: notResource('arn:aws:kms:*:999999999999:*', 'kms:*:a:*'), allow: ALL, outcome: 'denied' },
      ...[
        ['*'],
        ['arn:*'],
        ['kms:*'],
        ['KMS:*'],
        ['*:KeyId:*'],
        ['arn:aws:kms:*', 'kms:*'],
        ['arn:aws:kms:*:*:key/*'],
        ['arn:aws:s3:::bucket', 'arn:aws:kms:*:*:key/????????-????-????-????-????????????'],
        ['arn:aws:kms:*:*:key/????????-????-4*'],
        [...'0123456789abcdef'].map((digit) => `arn:aws:kms:*:*:key/${digit}*`),
        [...'0123456789abcdef'].map((digit) => `*${digit}`),
      ].map((names) => ({
        own: notResource(...names),
        allow: ALL,
        outcome: /NotResource.*leave something to deny/,
      })),
      {
        own: notResource(...[...'0123456789abcde'].map((digit) => `arn:aws:kms:*:*:key/${digit}*`)),
        allow: ALL,
        outcome: 'allowed',
      },
      { own: { ...notResource('arn:aws:kms:*'), Action: 'kms:*' }, allow: ALL, outcome: /NotResource/ },
      {
        own: { ...notResource('arn:aws:kms:*'), Action: 'kms:CreateKey' },
        allow: ALL,
        outcome: 'allowed',
      },
      { own: { ...notResource('*'), Action: 'kms:CreateKey' }, allow: ALL, outcome: /CreateKey/ },
      { deny: { ...without(DENY, 'Resource'), NotResource: 'arn:aws:kms:*:*:key/1*' }, outcome: 'denied' },
      { deny: { ...without(DENY, 'Resource'), NotResource: 'arn:aws:s3:::bucket' }, outcome: 'denied' },
      {
        deny: { ...without(DENY, 'Resource'), NotResource: ['arn:aws:s3:::b', '**'] },
        outcome: /NotResource/,
      },
      {
        allow: { ...without(ALL, 'Resource'), NotResource: 'arn:aws:kms:*:*:key/1*' },
        outcome: /NotResource.*the key itself/,
      },
      { allow: { ...without(ALL, 'Resource'), NotResource: KEY }, outcome: 'denied' },
      {
        allow: { ...ALL, Principal: aws(ROOT) },
        own: { ...without(without(ALL, 'Principal'), 'Resource'), NotResource: 'arn:aws:kms:*:*:key/1*' },
        outcome: 'allowed',
      },
      { allow: { ...without(ALL, 'Resource'), NotResource: KEY.slice(0, -1) }, outcome: /NotResource.*keys/ },
      { allow: { ...ALL, NotResource: KEY }, outcome: /not both/ },
    ],
  },
  {
    element: 'Condition',
    aws: 'operators with keys, each with one value or a list: all operators and keys must match, one value of a list is enough',
    huawei: 'the same',
    here: 'the same; an operator without keys is refused',
    cases: [
      {
        allow: allowWhen({ StringEquals: { 'kms:KeySpec': ['A', 'B'] } }),
        values: { 'kms:KeySpec': 'B' },
        outcome: 'allowed',
      },
      {
        allow: allowWhen({ StringEquals: { 'kms:KeySpec': 'A', 'kms:KeyUsage': 'U' } }),
        values: { 'kms:KeySpec': 'A', 'kms:KeyUsage': 'V' },
        outcome: 'denied',
      },
      {
        allow: allowWhen({ StringEquals: { 'kms:KeySpec': 'A' }, StringLike: { 'kms:KeyUsage': 'U*' } }),
        values: { 'kms:KeySpec': 'A', 'kms:KeyUsage': 'V' },
        outcome: 'denied',
      },
      { allow: allowWhen({ StringEquals: {} }), outcome: /at least one condition key/ },
      { allow: allowWhen({ StringEquals: { 'kms:KeySpec': [] } }), outcome: /at least one value/ },
      { allow: allowWhen({ StringEqual: { 'kms:KeySpec': 'A' } }), outcome: /StringEqual/ },
      { deny: when({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }), outcome: /IpAddress/ },
    ],
  },
  {
    element: 'Condition keys',
    aws: 'global ones and those of the service; case ignored; a key that a call does not have is absent',
    huawei: 'g: and kms: ones',
    here: 'those of condition-keys.ts; any other is always absent, so it is refused if that would grant access: in a Deny that requires it, in an Allow that also applies without it; lint warns of the rest',
    cases: [
      { allow: allowWhen({ Bool: { 'kms:GrantIsForAWSResource': 'true' } }), outcome: 'denied' },
      {
        deny: when({ Bool: { 'aws:SecureTransport': 'false' } }),
        outcome: /aws:SecureTransport.*never applies/,
      },
      { deny: when({ StringEquals: { 'kms:KeySpecs': 'A' } }), outcome: /kms:KeySpecs/ },
      { deny: when({ Null: { 'kms:KeySpecs': 'false' } }), outcome: /kms:KeySpecs/ },
      { deny: when({ Null: { 'kms:KeySpecs': 'true' } }), outcome: 'denied' },
      { deny: when({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }), outcome: 'denied' },
      { allow: allowWhen({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }), outcome: /always applies/ },
      { allow: allowWhen({ StringEqualsIfExists: { 'kms:ViaService': 's3' } }), outcome: /kms:ViaService/ },
      {
        allow: allowWhen({ 'ForAllValues:StringEquals': { 'kms:ViaServices': 's3' } }),
        outcome: /kms:ViaServices/,
      },
      {
        deny: when({ StringEquals: { 'kms:SigningAlgorithm': 'A' } }),
        outcome: /that these actions support/,
      },
      { deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR32': pcr0(1) } }), outcome: /PCR32/ },
      { deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR31': pcr0(1) } }), outcome: 'allowed' },
      { deny: when({ StringEquals: { KeySpec: 'A' } }), outcome: /a condition key such as/ },
      {
        deny: when({ StringEquals: { 'KMS:encryptioncontext:TENANT': 'a' } }),
        values: { 'kms:EncryptionContext:tenant': 'a' },
        outcome: 'denied',
      },
      {
        deny: when({ StringEquals: { 'aws:ResourceTag/team': 'a' } }),
        values: { 'aws:ResourceTag/Team': 'a', 'aws:ResourceTag/team': 'b' },
        outcome: 'denied',
      },
      {
        deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR0': 'ab' } }),
        outcome: /96 hexadecimal digits/,
      },
      {
        deny: when({ StringEquals: { 'kms:RecipientAttestation:PCR0': 'AB'.repeat(48) } }),
        outcome: /96 hexadecimal digits/,
      },
      {
        allow: allowWhen({ StringNotEquals: { 'kms:RecipientAttestation:PCR0': 'AB'.repeat(48) } }),
        outcome: /96 hexadecimal digits/,
      },
      {
        deny: when({ StringEqualsIgnoreCase: { 'kms:RecipientAttestation:PCR0': 'AB'.repeat(48) } }),
        outcome: 'allowed',
      },
    ],
  },
  {
    element: 'Names that differ by case only',
    aws: 'encryption contexts and tags may have them, but "to avoid confusion, do not use" them: case is ignored in a condition key’s name, but not in values, aws:TagKeys and kms:EncryptionContextKeys',
    huawei: 'not documented',
    here: 'refused in new tags and in contexts for encryption. An older ciphertext or key that has them still works, and a condition on such a name is evaluated for each value: a Deny applies if any matches, an Allow only if all match',
    cases: [
      ...(['kms:EncryptionContext:t', 'aws:ResourceTag/t'] as const).flatMap((key): Case[] => {
        const values = { [key]: 'B', [key.replace(/t$/, 'T')]: 'A' }
        const operators = ['StringNotEquals', 'ForAllValues:StringNotEquals', 'ForAnyValue:StringNotEquals']
        return [
          ...operators.map(
            (name): Case => ({ deny: when({ [name]: { [key]: 'A' } }), values, outcome: 'denied' }),
          ),
          { deny: when({ StringEquals: { [key]: 'A' } }), values, outcome: 'denied' },
          { deny: when({ StringNotLike: { [key]: 'A*' } }), values, outcome: 'denied' },
          { deny: when({ StringNotEquals: { [key]: ['A', 'B'] } }), values, outcome: 'allowed' },
          { deny: when({ StringEquals: { [key]: 'C' } }), values, outcome: 'allowed' },
          { deny: when({ StringNotEquals: { [key]: 'A' } }), values: { [key]: 'A' }, outcome: 'allowed' },
          { allow: allowWhen({ StringEquals: { [key]: 'A' } }), values, outcome: 'denied' },
          { allow: allowWhen({ 'ForAnyValue:StringEquals': { [key]: 'A' } }), values, outcome: 'denied' },
          { allow: allowWhen({ StringNotEquals: { [key]: 'A' } }), values, outcome: 'denied' },
          { allow: allowWhen({ StringEquals: { [key]: ['A', 'B'] } }), values, outcome: 'allowed' },
          { allow: allowWhen({ StringEquals: { [key]: 'A' } }), values: { [key]: 'A' }, outcome: 'allowed' },
          { allow: allowWhen({ Null: { [key]: 'false' } }), values, outcome: 'allowed' },
          { allow: allowWhen({ Bool: { [key]: 'true' } }), values, outcome: /an operator for the type text/ },
        ]
      }),
      {
        deny: when({ StringNotEquals: { 'kms:EncryptionContextKeys': 'a' } }),
        values: { 'kms:EncryptionContextKeys': ['a', 'b'] },
        outcome: 'allowed',
      },
    ],
  },
  {
    element: 'Types of values',
    aws: 'each key has one, and an operator of another never matches it (Access Analyzer: "type mismatch")',
    huawei: 'the same',
    here: 'such an operator is refused; string operators are accepted for every key',
    cases: [
      {
        deny: when({ ArnLike: { 'kms:EncryptionContext:x': 'arn:aws:s3:::b/*' } }),
        outcome: /an operator for the type text/,
      },
      { deny: when({ NumericEquals: { 'kms:KeySpec': '1' } }), outcome: /an operator for the type text/ },
      { deny: when({ Bool: { 'kms:KeySpec': 'true' } }), outcome: /an operator for the type text/ },
      {
        deny: when({ DateLessThan: { 'aws:PrincipalArn': '2026-01-01' } }),
        outcome: /an operator for the type arn/,
      },
      { deny: when({ BinaryEquals: { 'kms:KeySpec': 'AQI=' } }), outcome: /an operator for the type text/ },
      {
        deny: when({ NumericGreaterThan: { 'aws:CurrentTime': '1' } }),
        outcome: /an operator for the type time/,
      },
      {
        deny: when({ NumericGreaterThan: { 'aws:EpochTime': '1' } }),
        values: { 'aws:EpochTime': '2' },
        outcome: 'denied',
      },
      {
        deny: when({ StringLike: { 'aws:PrincipalArn': '*enclave' } }),
        values: { 'aws:PrincipalArn': ROLE },
        outcome: 'denied',
      },
      {
        deny: when({ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }),
        values: { 'aws:PrincipalArn': ROLE },
        outcome: 'denied',
      },
      { deny: when({ ArnLike: { 'aws:PrincipalArn': '*' } }), outcome: /an ARN with six parts/ },
      { deny: when({ ArnEquals: { 'aws:PrincipalArn': 'role/enclave' } }), outcome: /an ARN with six parts/ },
      {
        deny: when({ ArnEquals: { 'aws:PrincipalArn': 'am:aws:iam::1:role/a' } }),
        outcome: /an ARN with six parts/,
      },
    ],
  },
  {
    element: 'Policy variables',
    aws: 'names in braces after a $, in resources and condition values, with version 2012-10-17',
    huawei: 'the same (5.0)',
    here: 'refused: they are not evaluated, and as literal text they would match nothing',
    cases: [
      {
        deny: when({ StringEquals: { 'aws:PrincipalArn': `$${'{aws:username}'}` } }),
        outcome: /no policy variables/,
      },
      {
        deny: { ...DENY, Resource: `arn:aws:kms:*:*:key/$${'{aws:username}'}` },
        outcome: /no policy variables/,
      },
      { allow: { ...ALL, Resource: `$${'{*}'}` }, outcome: /no policy variables/ },
      {
        deny: when({ StringEquals: { 'kms:EncryptionContext:x': '$5' } }),
        values: { 'kms:EncryptionContext:x': '$5' },
        outcome: 'denied',
      },
    ],
  },
  {
    element: 'Wildcards',
    aws: '* any characters, ? any single one, in actions, resources and operators with Like',
    huawei: 'the same',
    here: 'the same; ? is one code point; at most 128 characters between two * if they contain ?, and 256 patterns per policy (glob.test.ts)',
    cases: [
      {
        deny: when({ StringLike: { 'kms:EncryptionContext:x': 'a?c*' } }),
        values: { 'kms:EncryptionContext:x': 'a😀cd' },
        outcome: 'denied',
      },
      {
        deny: when({ StringEquals: { 'kms:EncryptionContext:x': 'a*' } }),
        values: { 'kms:EncryptionContext:x': 'ab' },
        outcome: 'allowed',
      },
      { deny: when({ StringLike: { 'kms:KeySpec': `*${'a'.repeat(127)}?*` } }), outcome: 'allowed' },
      {
        deny: when({ StringLike: { 'kms:KeySpec': `*${'a'.repeat(128)}?*` } }),
        outcome: /at most 128 characters/,
      },
      {
        deny: when({ StringLike: { 'kms:KeySpec': `${'a'.repeat(128)}?*${'a'.repeat(128)}?` } }),
        outcome: 'allowed',
      },
      { deny: { ...DENY, Resource: `*${'?'.repeat(129)}*` }, outcome: /at most 128 characters/ },
    ],
  },
]
