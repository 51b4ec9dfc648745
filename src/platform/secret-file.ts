/**
 * Stores a secret in a file: in the state folder (XDG Base Directory Specification, `$XDG_STATE_HOME`), folder mode
 * 0700, file mode 0600. The file is written atomically, and never read if another user could have read or written it.
 * Node only.
 */
import type { FileHandle } from 'node:fs/promises'
import { EnclaveError } from '../base/error.ts'
import { intrusionOf, type Owned, permissionsOf } from './ownership.ts'
import type { SecretForms, SecretPlace, SecretStore } from './secret.ts'

const FOLDER = 'webclave'
/** Maximum length of the file in bytes, far more than keys and certificates in PEM take. */
const LENGTH_MAX = 1 << 16

/** A secret in a file. `load` makes it when it does not exist yet. */
export class SecretFile<Secret> implements SecretStore<Secret> {
  readonly #forms: SecretForms<Secret>
  readonly #place: SecretPlace

  constructor(forms: SecretForms<Secret>, place: SecretPlace) {
    this.#forms = forms
    this.#place = place
  }

  /** @throws {EnclaveError} ..._FILE, ..._MODE, ..._OWNER, and what `fromText` throws. */
  async load(): Promise<Secret> {
    const { folder, path } = await this.#openFolder()
    const text = await this.#read(path)
    if (text !== undefined) return this.#forms.fromText(text)
    const { link } = globalThis.process.getBuiltinModule('node:fs/promises')
    await this.#write(folder, async (draft) => {
      // Unlike a rename, a link never replaces a file that another process has created in the meantime.
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
    })
    return this.#kept(path)
  }

  /** @throws {EnclaveError} ..._FILE, ..._MODE, ..._OWNER, for the folder only: the old file may be in any state. */
  async rotate(): Promise<Secret> {
    const { folder, path } = await this.#openFolder()
    const { rename } = globalThis.process.getBuiltinModule('node:fs/promises')
    await this.#write(folder, (draft) => rename(draft, path))
    return this.#kept(path)
  }

  /** Reads the file back, whichever process wrote it: keys that are read from it are not extractable. */
  async #kept(path: string): Promise<Secret> {
    return this.#forms.fromText((await this.#read(path)) ?? '')
  }

  async #write(folder: string, put: (draft: string) => Promise<void>): Promise<void> {
    const { open, rm } = globalThis.process.getBuiltinModule('node:fs/promises')
    const text = await this.#forms.toText(await this.#forms.make(true))
    const draft = `${folder}/.${this.#place.file}-${crypto.randomUUID()}`
    try {
      await this.#naming('be written', async () => {
        await using handle = await open(draft, 'wx', 0o600)
        await handle.writeFile(text)
        await handle.sync()
        await put(draft)
      })
    } finally {
      await rm(draft, { force: true })
    }
  }

  /** Creates the folder if it is missing; returns its path and that of the file. */
  async #openFolder(): Promise<{ folder: string; path: string }> {
    const { mkdir, stat } = globalThis.process.getBuiltinModule('node:fs/promises')
    const { join } = globalThis.process.getBuiltinModule('node:path')
    const folder = this.#place.folder ?? (await stateFolder())
    await this.#naming('be made', () => mkdir(folder, { recursive: true, mode: 0o700 }))
    this.#requirePrivate(folder, '700', await stat(folder))
    return { folder, path: join(folder, this.#place.file) }
  }

  /**
   * The file's text, or undefined if it does not exist. Checks and reads through one handle, so that nobody can
   * exchange the file in between.
   */
  async #read(path: string): Promise<string | undefined> {
    const { constants, open } = globalThis.process.getBuiltinModule('node:fs/promises')
    let handle: FileHandle
    try {
      handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      return this.#naming('be read', () => Promise.reject(error))
    }
    try {
      const state = await handle.stat()
      this.#requirePrivate(path, '600', state)
      if (!state.isFile() || state.size > LENGTH_MAX) {
        const { called, code, renew } = this.#place
        throw new EnclaveError(`${code}_FILE`, {
          what: `${path} is not a valid file for the ${called}`,
          hint: renew,
        })
      }
      return await handle.readFile('utf8')
    } finally {
      await handle.close()
    }
  }

  #requirePrivate(path: string, most: string, state: Owned): void {
    const { called, code, renew } = this.#place
    const intrusion = intrusionOf(state)
    if (intrusion === 'owner') {
      throw new EnclaveError(`${code}_OWNER`, {
        what: `${path} belongs to another user, who could have replaced the ${called}`,
        expected: `user ${globalThis.process.getuid?.()}`,
        got: `user ${state.uid}`,
      })
    }
    if (intrusion === 'mode') {
      throw new EnclaveError(`${code}_MODE`, {
        what: `other users have access to ${path} and could have read or changed the ${called}`,
        expected: `mode ${most}`,
        got: `mode ${permissionsOf(state)}`,
        hint: `if nobody did, run chmod ${most} on it; otherwise ${renew}`,
      })
    }
  }

  async #naming<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (cause) {
      throw new EnclaveError(`${this.#place.code}_FILE`, {
        what: `the file of the ${this.#place.called} cannot ${what}`,
        got: cause instanceof Error ? cause.message : String(cause),
        cause,
      })
    }
  }
}

/** The path of webclave's folder in this user's state folder. */
export async function stateFolder(): Promise<string> {
  const { homedir } = globalThis.process.getBuiltinModule('node:os')
  const { isAbsolute, join } = globalThis.process.getBuiltinModule('node:path')
  const named = globalThis.process.env['XDG_STATE_HOME'] ?? ''
  // The specification says to ignore a relative path.
  return join(isAbsolute(named) ? named : join(homedir(), '.local/state'), FOLDER)
}
