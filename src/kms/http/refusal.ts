/**
 * What a caller over HTTP learns about an error; about policies, only as much as the service is configured to reveal.
 */
import { KMS_CODES, type KmsCode, KmsError } from '../core/error.ts'
import { KmsDenial } from '../policy/denial.ts'
import { type DecisionTrace, formatDecision, summarize, traceDecision } from '../policy/explain.ts'

/** How much a denial reveals. `none`: only that it is denied. `summary`: the statement that decided. `full`: all. */
export type Explain = 'none' | 'summary' | 'full'

/** An error, ready to be written in a cloud's format. */
export interface Refusal {
  readonly code: KmsCode
  readonly message: string
  readonly trace?: DecisionTrace
}

/** Faults of the KMS reveal no details. */
const INTERNAL: Refusal = { code: 'E_KMS_INTERNAL', message: 'the KMS failed; its own log says why' }
const FAULTS: readonly KmsCode[] = ['E_KMS_CONFIG', 'E_KMS_INTERNAL', 'E_KMS_SEALED', 'E_KMS_STORE']

/** Whether an error is a fault of the KMS, not of the caller. */
export function isFault(error: unknown): boolean {
  return !(error instanceof KmsError) || !KMS_CODES.includes(error.code) || FAULTS.includes(error.code)
}

/** What a caller learns about `error`. */
export function refusalOf(error: unknown, explain: Explain): Refusal {
  if (!(error instanceof KmsError) || isFault(error)) return INTERNAL
  const { code, message } = error
  // The cloud's code is sent in its own member, so ours is left out of the message.
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
