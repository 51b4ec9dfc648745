/** Refusals outside of an exchange: problem details (RFC 9457). Their receiver can trust nothing in them. */
import { PROBLEM_TYPE } from './names.ts'

/** What a refusal says. */
export interface Problem {
  readonly type: string
  readonly title: string
  /** An attestation document in base64: the enclave's statement that it has not taken the request. */
  readonly refusal?: string
}

/** The answer with a problem. */
export function problemAnswer(status: number, problem: Problem, headers: HeadersInit = {}): Response {
  const answer = new Response(JSON.stringify(problem), { status, headers })
  answer.headers.set('content-type', PROBLEM_TYPE)
  answer.headers.set('cache-control', 'no-store')
  return answer
}

/** The problem in a text of an answer; undefined if there is no problem in it. */
export function readProblem(text: string): Problem | undefined {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null
    if (typeof value !== 'object' || value === null || typeof value.type !== 'string') return undefined
    const { type, title, refusal } = value
    return {
      type,
      title: typeof title === 'string' ? title : '',
      ...(typeof refusal === 'string' && { refusal }),
    }
  } catch {
    return undefined
  }
}
