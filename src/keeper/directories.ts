/**
 * Where one user's parent instance is on disk (XDG Base Directory Specification): what runs now, what lasts, what can be
 * made again, what a person wrote. The first three are private, mode 0700; what another user could have put there is refused.
 */
import { lstatSync, mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { EnclaveError } from '../base/error.ts'
import { intrusionOf, permissionsOf } from '../platform/ownership.ts'

const NAME = 'webclave'

/** The four directories; none need exist. */
export interface Directories {
  /** Sockets and the ledger of what runs: gone with the machine's next start. */
  runtime: string
  /** Logs, the instance's id, the attestation root. */
  state: string
  /** Components made ready to run. */
  cache: string
  /** The pool's configuration. */
  config: string
}

/** The directories that `env` names. A relative path there is ignored, as the specification says. */
export function directories(env: NodeJS.ProcessEnv = process.env): Directories {
  const at = (variable: string, otherwise: () => string) => {
    const named = env[variable] ?? ''
    return join(isAbsolute(named) ? named : otherwise(), NAME)
  }
  const beneathHome = (path: string) => () => join(homedir(), path)
  const runtime = env['XDG_RUNTIME_DIR'] ?? ''
  return {
    runtime: isAbsolute(runtime) ? join(runtime, NAME) : join(tmpdir(), `${NAME}-${userId()}`),
    state: at('XDG_STATE_HOME', beneathHome('.local/state')),
    cache: at('XDG_CACHE_HOME', beneathHome('.cache')),
    config: at('XDG_CONFIG_HOME', beneathHome('.config')),
  }
}

/** Where components are kept that are ready to run. */
export const componentFolder = (): string => join(directories().cache, 'components')

/**
 * Makes `path` where it is missing, and checks that it is this user's alone.
 * @throws {EnclaveError} E_STATE_FILE where it cannot be made, E_STATE_OWNER, E_STATE_MODE.
 */
export function makePrivate(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw stateFailure(`the directory ${path} cannot be made`, cause)
  }
  assertPrivate(path)
  return path
}

/**
 * Checks that a directory is this user's alone; false where there is none.
 * @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE.
 */
export function assertPrivate(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false })
  if (!entry) return false
  const intrusion = intrusionOf(entry)
  if (intrusion === 'owner' || !entry.isDirectory()) {
    throw new EnclaveError('E_STATE_OWNER', {
      what: `${path} is not this user's directory`,
      expected: `a directory of user ${userId()}`,
      got: entry.isDirectory() ? `one of user ${entry.uid}` : 'something else',
      hint: 'set XDG_RUNTIME_DIR, XDG_STATE_HOME and XDG_CACHE_HOME to directories of your own',
    })
  }
  if (intrusion === 'mode') {
    throw new EnclaveError('E_STATE_MODE', {
      what: `${path} is open to other users`,
      expected: 'mode 700',
      got: `mode ${permissionsOf(entry)}`,
      hint: `chmod 700 ${path}`,
    })
  }
  return true
}

/** What to say where a file of the instance's cannot be read or written. */
export function stateFailure(what: string, cause: unknown): EnclaveError {
  const { code, message } = cause as NodeJS.ErrnoException
  const hints: Record<string, string> = {
    ENOSPC: 'the disk is full: make room and try again',
    EROFS:
      'the file system is read-only: set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories that can be written',
    EACCES: 'set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories of your own',
  }
  const hint = hints[code ?? '']
  return new EnclaveError('E_STATE_FILE', { what, got: message, ...(hint && { hint }), cause })
}

function userId(): number {
  return process.getuid?.() ?? 0
}
