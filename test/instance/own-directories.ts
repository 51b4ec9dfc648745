/** Directories of a test's own, where `directories()` finds them: made before each test of a file, gone after it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'
import { directories } from '../../src/instance/directories.ts'

/** Where they are. */
export interface OwnDirectories {
  /** For anything: it is removed with the rest. */
  path: string
  /** Writes the settings of the pool. */
  configure(text: string, name?: string): void
}

/** Gives every test of this file directories of its own. */
export function useOwnDirectories(): OwnDirectories {
  const own: OwnDirectories = {
    path: '',
    configure(text, name = 'qt-enclave-env.conf') {
      const path = join(directories().config, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
    },
  }
  beforeEach(() => {
    own.path = mkdtempSync(join(tmpdir(), 'instance-'))
    const names = { XDG_RUNTIME_DIR: 'run', XDG_STATE_HOME: 'state', XDG_CACHE_HOME: 'cache' }
    for (const [variable, name] of Object.entries({ ...names, XDG_CONFIG_HOME: 'config' })) {
      mkdirSync(join(own.path, name), { mode: 0o700 })
      vi.stubEnv(variable, join(own.path, name))
    }
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(own.path, { recursive: true, force: true })
  })
  return own
}
