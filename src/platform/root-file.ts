/**
 * A root in a file of Node's: in the state folder (XDG Base Directory Specification, `$XDG_STATE_HOME`), folder 0700,
 * file 0600. Written whole or not at all, and never read where another user could have written or read it.
 */
import type { FileHandle } from 'node:fs/promises'
import { EnclaveError } from '../base/error.ts'
import type { RootForms, RootStore } from './root-store.ts'

const FOLDER = 'webclave'
const NAME = 'attestation-root.pem'
/** Permissions of the group and of everybody else. */
const OTHERS = 0o077
/** Far above what a key and a certificate are in PEM. */
const LENGTH_MAX = 1 << 16

interface Owned {
  readonly mode: number
  readonly uid: number
}

/** See above. */
export class RootFile<Root> implements RootStore<Root> {
  readonly #forms: RootForms<Root>

  constructor(forms: RootForms<Root>) {
    this.#forms = forms
  }

  /** @throws {EnclaveError} E_ROOT_FILE, E_ROOT_MODE, E_ROOT_OWNER, and what `fromText` throws. */
  async load(): Promise<Root> {
    const place = await openFolder()
    const text = await read(place.path)
    if (text !== undefined) return this.#forms.fromText(text)
    const { link } = await import('node:fs/promises')
    await this.#write(place, async (draft) => {
      // Unlike a rename, a link never takes the place of what another process has put there meanwhile.
      await link(draft, place.path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
    })
    return this.#kept(place.path)
  }

  /** @throws {EnclaveError} E_ROOT_FILE, E_ROOT_MODE, E_ROOT_OWNER: of the folder; the old file may be anything. */
  async rotate(): Promise<Root> {
    const place = await openFolder()
    const { rename } = await import('node:fs/promises')
    await this.#write(place, (draft) => rename(draft, place.path))
    return this.#kept(place.path)
  }

  /** What is there now, whoever wrote it: the key of what is read back cannot be read out any more. */
  async #kept(path: string): Promise<Root> {
    return this.#forms.fromText((await read(path)) ?? '')
  }

  async #write({ folder }: { folder: string }, put: (draft: string) => Promise<void>): Promise<void> {
    const { open, rm } = await import('node:fs/promises')
    const text = await this.#forms.toText(await this.#forms.make(true))
    const draft = `${folder}/.${NAME}-${crypto.randomUUID()}`
    try {
      await naming('be written', async () => {
        await using handle = await open(draft, 'wx', 0o600)
        await handle.writeFile(text)
        await handle.sync()
        await put(draft)
      })
    } finally {
      await rm(draft, { force: true })
    }
  }
}

/** The folder, made where it is missing, and the file's path. */
async function openFolder(): Promise<{ folder: string; path: string }> {
  const [{ mkdir, stat }, { homedir }, { isAbsolute, join }] = await Promise.all([
    import('node:fs/promises'),
    import('node:os'),
    import('node:path'),
  ])
  const named = process.env['XDG_STATE_HOME'] ?? ''
  // A relative path there is to be ignored, says the specification.
  const folder = join(isAbsolute(named) ? named : join(homedir(), '.local/state'), FOLDER)
  await naming('be made', () => mkdir(folder, { recursive: true, mode: 0o700 }))
  requirePrivate(folder, '700', await stat(folder))
  return { folder, path: join(folder, NAME) }
}

/** The file's text, or undefined where there is none. What is judged is what is read: one handle does both. */
async function read(path: string): Promise<string | undefined> {
  const { constants, open } = await import('node:fs/promises')
  let handle: FileHandle
  try {
    handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    return naming('be read', () => Promise.reject(error))
  }
  try {
    const state = await handle.stat()
    requirePrivate(path, '600', state)
    if (!state.isFile() || state.size > LENGTH_MAX) {
      throw new EnclaveError('E_ROOT_FILE', { what: `${path} is no file of a root`, hint: ROTATE })
    }
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

const ROTATE = 'remove it, or have a new root made: qt attestation root --rotate'

function requirePrivate(path: string, most: string, { mode, uid }: Owned): void {
  // Windows keeps its permissions elsewhere; the folder of a user is his own there.
  const own = process.getuid?.()
  if (own === undefined) return
  if (uid !== own) {
    throw new EnclaveError('E_ROOT_OWNER', {
      what: `${path} belongs to another user, who could have put any root there`,
      expected: `user ${own}`,
      got: `user ${uid}`,
    })
  }
  if ((mode & OTHERS) !== 0) {
    throw new EnclaveError('E_ROOT_MODE', {
      what: `${path} is open to other users, who could have taken or changed the root's key`,
      expected: `mode ${most}`,
      got: `mode ${(mode & 0o777).toString(8)}`,
      hint: `chmod ${most} it if nobody did; else have a new root made: qt attestation root --rotate`,
    })
  }
}

async function naming<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (cause) {
    throw new EnclaveError('E_ROOT_FILE', {
      what: `the file of the attestation root cannot ${what}`,
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
}
