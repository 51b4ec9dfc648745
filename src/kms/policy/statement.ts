/** Parsed policies, as they are evaluated. */
import type { KmsError } from '../core/error.ts'
import type { PolicyAction } from './actions.ts'
import type { Condition } from './conditions.ts'
import type { Glob } from './glob.ts'
import type { Principals } from './principals.ts'

/** A key policy names principals; an identity policy (of a caller) does not. */
export type PolicyKind = 'key' | 'identity'

/** Names in a statement, or (negated) all but these. */
export interface Names {
  readonly patterns: readonly string[]
  readonly negated: boolean
}

/** Parsed names of resources. */
export interface Resources extends Names {
  readonly globs: readonly Glob[]
}

/** One statement, ready to be evaluated. */
export interface Statement {
  /** `statement 2 "Sid"`. */
  readonly label: string
  readonly effect: 'Allow' | 'Deny'
  /** Undefined in an identity policy. */
  readonly principals: Principals | undefined
  readonly actions: Names
  /** The permissions that `actions` means. */
  readonly permissions: ReadonlySet<PolicyAction>
  readonly resources: Resources
  readonly conditions: readonly Condition[]
}

/** A policy, ready to be evaluated. */
export interface Policy {
  readonly kind: PolicyKind
  /** `key policy`, or the name of the caller's policy. */
  readonly label: string
  readonly statements: readonly Statement[]
  /** Why this release would reject the policy; it then denies everything. */
  readonly refused?: KmsError
}
