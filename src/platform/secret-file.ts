/**
 * A secret in a file of Node's: in the state folder (XDG Base Directory Specification, `$XDG_STATE_HOME`), folder 0700,
 * file 0600. Written whole or not at all, and never read where another user could have written or read it.
 */
import type { FileHandle } from 'node:fs/promises'
import { EnclaveError } from '../base/error.ts'
import { intrusionOf, type Owned, permissionsOf } from './ownership.ts'
import type { SecretForms, SecretPlace, SecretStore } from './secret.ts'

const FOLDER = 'webclave'
/** Far above what keys and certificates are in PEM. */
const LENGTH_MAX = 1 << 16

/** A secret in a file, made when it is first asked for. */
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
    const { link } = await import('node:fs/promises')
    await this.#write(folder, async (draft) => {
      // Unlike a rename, a link never takes the place of what another process has put there meanwhile.
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
    })
    return this.#kept(path)
  }

  /** @throws {EnclaveError} ..._FILE, ..._MODE, ..._OWNER: of the folder; the old file may be anything. */
  async rotate(): Promise<Secret> {
    const { folder, path } = await this.#openFolder()
    const { rename } = await import('node:fs/promises')
    await this.#write(folder, (draft) => rename(draft, path))
    return this.#kept(path)
  }

  /** What is there now, whoever wrote it: the key of what is read back cannot be read out any more. */
  async #kept(path: string): Promise<Secret> {
    return this.#forms.fromText((await this.#read(path)) ?? '')
  }

  async #write(folder: string, put: (draft: string) => Promise<void>): Promise<void> {
    const { open, rm } = await import('node:fs/promises')
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

  /** The folder, made where it is missing, and the file's path. */
  async #openFolder(): Promise<{ folder: string; path: string }> {
    const [{ mkdir, stat }, { join }] = await Promise.all([import('node:fs/promises'), import('node:path')])
    const folder = this.#place.folder ?? (await stateFolder())
    await this.#naming('be made', () => mkdir(folder, { recursive: true, mode: 0o700 }))
    this.#requirePrivate(folder, '700', await stat(folder))
    return { folder, path: join(folder, this.#place.file) }
  }

  /** The file's text, or undefined where there is none. What is judged is what is read: one handle does both. */
  async #read(path: string): Promise<string | undefined> {
    const { constants, open } = await import('node:fs/promises')
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
        throw new EnclaveError(`${code}_FILE`, { what: `${path} is no file of the ${called}`, hint: renew })
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
        what: `${path} belongs to another user, who could have put any ${called} there`,
        expected: `user ${process.getuid?.()}`,
        got: `user ${state.uid}`,
      })
    }
    if (intrusion === 'mode') {
      throw new EnclaveError(`${code}_MODE`, {
        what: `${path} is open to other users, who could have taken or changed the ${called}`,
        expected: `mode ${most}`,
        got: `mode ${permissionsOf(state)}`,
        hint: `chmod ${most} it if nobody did; else ${renew}`,
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

/** The folder of webclave in the state folder of this user. */
export async function stateFolder(): Promise<string> {
  const [{ homedir }, { isAbsolute, join }] = await Promise.all([import('node:os'), import('node:path')])
  const named = process.env['XDG_STATE_HOME'] ?? ''
  // A relative path there is to be ignored, says the specification.
  return join(isAbsolute(named) ? named : join(homedir(), '.local/state'), FOLDER)
}
