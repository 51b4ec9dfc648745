/**
 * CORS for the web pages of named origins (Fetch standard, "CORS protocol"): their preflights are answered, and they may
 * read answers. Requests are checked as before: they must be signed, or name a host of the service.
 */
import { KmsError } from '../core/error.ts'

/** Seconds for which a browser may keep the answer to a preflight. */
const MAX_AGE = 600
/** Names of headers, as a browser lists them. */
const HEADER_NAMES = /^[\w-]+(?:, ?[\w-]+){0,63}$/

/** Parses origins such as `https://app.example`. @throws {KmsError} E_KMS_CONFIG */
export function readOrigins(origins: readonly string[]): ReadonlySet<string> {
  const wrong = origins.find((origin) => typeof origin !== 'string' || originOf(origin) !== origin)
  if (wrong === undefined) return new Set(origins)
  throw new KmsError('E_KMS_CONFIG', {
    what: 'an origin is invalid',
    expected: 'scheme, host and port of a page, such as https://app.example or http://localhost:5173',
    got: JSON.stringify(wrong)?.slice(0, 80) ?? typeof wrong,
  })
}

/** The answer to the preflight of a page that may send requests. */
export function answerPreflight(headers: Headers): Response {
  const asked = headers.get('access-control-request-headers') ?? ''
  return new Response(null, {
    status: 204,
    headers: {
      'Access-Control-Allow-Methods': 'GET, POST, PUT, DELETE',
      ...(HEADER_NAMES.test(asked) && { 'Access-Control-Allow-Headers': asked }),
      ...(headers.has('access-control-request-private-network') && {
        'Access-Control-Allow-Private-Network': 'true',
      }),
      'Access-Control-Max-Age': String(MAX_AGE),
    },
  })
}

/** `answer` with the headers that allow the page at `origin` to read it. */
export function readableBy(origin: string, answer: Response): Response {
  const headers = new Headers(answer.headers)
  headers.set('Access-Control-Allow-Origin', origin)
  headers.set('Access-Control-Expose-Headers', '*')
  headers.append('Vary', 'Origin')
  return new Response(answer.body, { status: answer.status, headers })
}

function originOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).origin : undefined
}
