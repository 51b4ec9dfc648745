/** The error for a denial by policy, with the decision. */
import { KmsError } from '../core/error.ts'
import type { Decision } from './decision.ts'
import { summarize } from './explain.ts'

/**
 * E_KMS_DENIED: no policy allows the call, or one denies it. `decision` explains it, statement by statement
 * (`formatDecision`); over HTTP, callers see as much of it as the service is configured to reveal.
 */
export class KmsDenial extends KmsError {
  readonly decision: Decision

  constructor(decision: Decision) {
    super('E_KMS_DENIED', { what: summarize(decision) })
    this.decision = decision
  }
}
