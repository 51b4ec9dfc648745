/** What an error of PostgreSQL, or of the way to it, means for an operator. A server's text is cut, and never obeyed. */
import { KmsError } from '../../core/error.ts'

const TEXT_MAX = 300

/** The connection ended, or time was up, after a statement was sent: it may have been executed. */
export class LostAnswer extends Error {
  constructor(cause: unknown) {
    super(textOf(cause), { cause })
  }
}

/** What to do about an error, by its code: SQLSTATEs (PostgreSQL manual, appendix A), and those of Node. */
const HINTS: readonly (readonly [codes: RegExp, hint: string])[] = [
  [/^28/, 'check user and password: in the URL, PGPASSWORD or ~/.pgpass, and pg_hba.conf of the server'],
  [/^3D000$/, 'create the database: CREATE DATABASE'],
  [
    /^42501$/,
    'the role needs CREATE on the database to make the tables, and then USAGE on their schema, SELECT, INSERT, UPDATE and DELETE on them: GRANT',
  ],
  [/^42P07$/, 'the schema has tables of another program: name another one'],
  [
    /^42(?:P01|883)$|^3F000$/,
    'the tables have been removed: restore them, or restart the KMS to make new ones',
  ],
  [/^25006$/, 'connect to the primary, and let the role write: default_transaction_read_only'],
  [/^53100$/, 'the disk of the database server is full: free space there'],
  [/^53300$/, 'raise max_connections of the server, or give each KMS fewer connections'],
  [/^57014$|^55P03$/, 'the database is slow, or another session holds a lock: look at pg_stat_activity'],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'check the name of the host'],
  [
    /CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO/,
    'name the root certificate of the server: sslrootcert=FILE.pem in the URL, or ssl',
  ],
]
const ANY_HINT = 'check that the database server runs and can be reached'

/** Codes of errors that pass: a server that starts, stops, or has no free connection, and a broken connection. */
const PASSING =
  /^(?:08...|57P0[1235]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/
/** pg's own errors about connections have no code. */
const BROKEN = /^(?:Connection terminated|timeout e)/
const UNSENT = /^(?:Client has encountered a connection error|Client was closed)/

/** The code of an error, or ''. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

/** Whether the server sent this error, with an SQLSTATE. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && /^[0-9A-Z]{5}$/.test(codeOf(error))
}

/** Whether the same may succeed a moment later, because the server restarts or a connection broke. */
export function isPassing(error: unknown): boolean {
  if (PASSING.test(codeOf(error))) return true
  return error instanceof Error && codeOf(error) === '' && (BROKEN.test(error.message) || isUnsent(error))
}

/** Whether an error came instead of sending a statement: the connection had ended before, or this release refuses. */
export function isUnsent(error: unknown): boolean {
  return error instanceof KmsError || (error instanceof Error && UNSENT.test(error.message))
}

/** The E_KMS_STORE for an error; `what` is what failed. */
export function storeFault(what: string, error: unknown): KmsError {
  if (error instanceof KmsError) return error
  const origin = error instanceof LostAnswer ? error.cause : error
  const hint = HINTS.find(([codes]) => codes.test(codeOf(origin)))?.[1] ?? ANY_HINT
  // Other errors may contain what was configured, with a password.
  const isKnown = isAnswer(origin) || (origin instanceof Error && 'syscall' in origin)
  return new KmsError('E_KMS_STORE', { what, got: textOf(origin), hint, ...(isKnown && { cause: origin }) })
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : ''
  const code = codeOf(error)
  const all =
    text === '' ? code || 'an unknown error' : code && !text.includes(code) ? `${text} (${code})` : text
  return all.replaceAll(/\p{C}+/gu, ' ').slice(0, TEXT_MAX)
}
