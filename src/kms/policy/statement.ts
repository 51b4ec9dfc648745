/** A policy as it is evaluated, after it was read. */
import type { KmsError } from '../core/error.ts'
import type { PolicyAction } from './actions.ts'
import type { Condition } from './conditions.ts'
import type { Glob } from './glob.ts'
import type { Principals } from './principals.ts'

/** A key's policy names principals; a caller's own does not. */
export type PolicyKind = 'key' | 'identity'

/** Names that a statement is about, or all but those. */
export interface Names {
  readonly patterns: readonly string[]
  readonly negated: boolean
}

/** The names of resources, read. */
export interface Resources extends Names {
  readonly globs: readonly Glob[]
}

/** One statement, ready to be evaluated. */
export interface Statement {
  /** `statement 2 "Sid"`. */
  readonly label: string
  readonly effect: 'Allow' | 'Deny'
  /** Undefined in a caller's own policy. */
  readonly principals: Principals | undefined
  readonly actions: Names
  /** The permissions that `actions` comes to. */
  readonly permissions: ReadonlySet<PolicyAction>
  readonly resources: Resources
  readonly conditions: readonly Condition[]
}

/** A policy, ready to be evaluated. */
export interface Policy {
  readonly kind: PolicyKind
  /** `key policy`, or what the caller's policy is called. */
  readonly label: string
  readonly statements: readonly Statement[]
  /** Why it would be refused, were it put now: then nobody is allowed anything by it, nor beside it. */
  readonly refused?: KmsError
}
