/** What a caller over HTTP is told of a refusal: of policies no more than the service is configured to tell. */
import { KMS_CODES, type KmsCode, KmsError } from '../core/error.ts'
import { KmsDenial } from '../policy/denial.ts'
import { type DecisionTrace, formatDecision, summarize, traceDecision } from '../policy/explain.ts'

/** `none`: that it is denied. `summary`: which statement decided. `full`: every statement and condition. */
export type Explain = 'none' | 'summary' | 'full'

/** A refusal, ready to be written in a cloud's form. */
export interface Refusal {
  readonly code: KmsCode
  readonly message: string
  readonly trace?: DecisionTrace
}

/** Faults of ours tell nothing but that they are ours. */
const INTERNAL: Refusal = { code: 'E_KMS_INTERNAL', message: 'the KMS failed; its own log says why' }
const FAULTS: readonly KmsCode[] = ['E_KMS_CONFIG', 'E_KMS_INTERNAL', 'E_KMS_SEALED', 'E_KMS_STORE']

/** Whether an error is the KMS's own fault, and not the caller's. */
export function isFault(error: unknown): boolean {
  return !(error instanceof KmsError) || !KMS_CODES.includes(error.code) || FAULTS.includes(error.code)
}

/** See above. */
export function refusalOf(error: unknown, explain: Explain): Refusal {
  if (!(error instanceof KmsError) || isFault(error)) return INTERNAL
  const { code, message } = error
  // The code of the cloud stands beside it; ours would be a second one.
  if (!(error instanceof KmsDenial)) return { code, message: message.slice(`${code}: `.length) }
  const { decision } = error
  const { principal, action, resources } = decision.request
  if (explain === 'none') {
    const what = `User: ${principal} is not authorized to perform: kms:${action} on resource: ${resources[0]}`
    return { code, message: what }
  }
  if (explain === 'summary') return { code, message: summarize(decision) }
  return { code, message: formatDecision(decision), trace: traceDecision(decision) }
}
