/**
 * Directories of a separate user for each test, for code that runs in this process. They are removed after the test.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, vi } from 'vitest'

/** The current test's directories. */
export interface OwnHome {
  path: string
  /** A path below the runtime directory. */
  runtime(...parts: string[]): string
  state(...parts: string[]): string
  cache(...parts: string[]): string
  /** Writes the settings of the pool. */
  configure(settings: string, name?: string): void
}

const VARIABLES = {
  run: 'XDG_RUNTIME_DIR',
  state: 'XDG_STATE_HOME',
  cache: 'XDG_CACHE_HOME',
  config: 'XDG_CONFIG_HOME',
}

/** Creates new directories for every test of the file. */
export function useHome(): OwnHome {
  const at = (folder: string, parts: string[]) => join(home.path, folder, 'webclave', ...parts)
  const home: OwnHome = {
    path: '',
    runtime: (...parts) => at('run', parts),
    state: (...parts) => at('state', parts),
    cache: (...parts) => at('cache', parts),
    configure(settings, name = 'qt-enclave-env.conf') {
      mkdirSync(at('config', []), { recursive: true })
      writeFileSync(at('config', [name]), settings)
    },
  }
  beforeEach(() => {
    home.path = mkdtempSync(join(tmpdir(), 'instance-'))
    for (const [folder, variable] of Object.entries(VARIABLES)) {
      mkdirSync(join(home.path, folder), { mode: 0o700 })
      vi.stubEnv(variable, join(home.path, folder))
    }
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(home.path, { recursive: true, force: true })
  })
  return home
}
