/** An element of the policy language, and statements that its cases begin with. */
import { ACCOUNT } from '../../support.ts'

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

export const ALL = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }
export const DENY = { Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' }
export const OWN = { Effect: 'Allow', Action: 'kms:*', Resource: '*' }
export const SESSION: string = `arn:aws:sts::${ACCOUNT}:assumed-role/enclave/one`
export const EVE = 'arn:aws:iam::999999999999:user/eve'
export const EVES_ROOT = 'arn:aws:iam::999999999999:root'

export const aws = (...AWS: string[]): object => ({ AWS })
export const without = (statement: object, name: string): object => ({ ...statement, [name]: undefined })
export const notResource = (...NotResource: string[]): object => ({
  ...without(without(DENY, 'Principal'), 'Resource'),
  NotResource,
})
export const when = (Condition: object): object => ({ ...DENY, Condition })
export const allowWhen = (Condition: object): object => ({ ...ALL, Condition })
