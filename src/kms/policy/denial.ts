/** A refusal by policy, which carries why. */
import { KmsError } from '../core/error.ts'
import type { Decision } from './decision.ts'
import { summarize } from './explain.ts'

/**
 * E_KMS_DENIED: no policy allows the call, or one denies it. `decision` tells why, statement by statement
 * (`formatDecision`); over HTTP it goes only as far as the service is configured to tell.
 */
export class KmsDenial extends KmsError {
  readonly decision: Decision

  constructor(decision: Decision) {
    super('E_KMS_DENIED', { what: summarize(decision) })
    this.decision = decision
  }
}
