/**
 * The directories of one user's parent instance (XDG Base Directory Specification): runtime, state, cache and
 * configuration. The first three are private, mode 0700; a directory that another user could have written to is
 * rejected.
 */
import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { EnclaveError } from '../base/error.ts'
import { intrusionOf, permissionsOf } from '../platform/ownership.ts'
import { runtimeFolder } from '../platform/runtime-folder.ts'

const NAME = 'webclave'

/** The four directories, which need not exist. */
export interface Directories {
  /** Sockets and the ledger of running enclaves; lost at reboot. */
  runtime: string
  /** Logs, the instance ID, the attestation root. */
  state: string
  /** Cached components. */
  cache: string
  /** The pool's configuration. */
  config: string
}

/** The directories that `env` names. Relative paths are ignored, as the specification requires. */
export function directories(env: NodeJS.ProcessEnv = process.env): Directories {
  const at = (variable: string, otherwise: () => string) => {
    const named = env[variable] ?? ''
    return join(isAbsolute(named) ? named : otherwise(), NAME)
  }
  const beneathHome = (path: string) => () => join(homedir(), path)
  return {
    runtime: runtimeFolder(env),
    state: at('XDG_STATE_HOME', beneathHome('.local/state')),
    cache: at('XDG_CACHE_HOME', beneathHome('.cache')),
    config: at('XDG_CONFIG_HOME', beneathHome('.config')),
  }
}

/** The folder of cached components. */
export const componentFolder = (): string => join(directories().cache, 'components')

/**
 * Creates the directory `path` if it is missing, and checks that only this user can access it.
 * @throws {EnclaveError} E_STATE_FILE if it cannot be created, E_STATE_OWNER, E_STATE_MODE.
 */
export function makePrivate(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw stateFailure(`the directory ${path} cannot be created`, cause)
  }
  assertPrivate(path)
  return path
}

/**
 * Checks that only this user can access a directory; false if it does not exist.
 * @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE.
 */
export function assertPrivate(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false })
  if (!entry) return false
  const intrusion = intrusionOf(entry)
  if (intrusion === 'owner' || !entry.isDirectory()) {
    throw new EnclaveError('E_STATE_OWNER', {
      what: `${path} is not a directory of this user`,
      expected: `a directory of user ${process.getuid?.() ?? 0}`,
      got: entry.isDirectory() ? `a directory of user ${entry.uid}` : 'another type of file',
      hint: 'set XDG_RUNTIME_DIR, XDG_STATE_HOME and XDG_CACHE_HOME to directories that you own',
    })
  }
  if (intrusion === 'mode') {
    throw new EnclaveError('E_STATE_MODE', {
      what: `other users can access ${path}`,
      expected: 'mode 700',
      got: `mode ${permissionsOf(entry)}`,
      hint: `run chmod 700 ${path}`,
    })
  }
  return true
}

/** The error for a state file that cannot be read or written. */
export function stateFailure(what: string, cause: unknown): EnclaveError {
  const { code, message } = cause as NodeJS.ErrnoException
  const hints: Record<string, string> = {
    ENOSPC: 'the disk is full: free some space and try again',
    EROFS: 'the file system is read-only: set XDG_RUNTIME_DIR and XDG_STATE_HOME to writable directories',
    EACCES: 'set XDG_RUNTIME_DIR and XDG_STATE_HOME to directories that you own',
  }
  const hint = hints[code ?? '']
  return new EnclaveError('E_STATE_FILE', { what, got: message, ...(hint && { hint }), cause })
}
