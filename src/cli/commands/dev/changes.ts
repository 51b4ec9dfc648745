/** Waits for changes of an application: in its folder, and of the modules elsewhere that its builds have read. */
import { type FSWatcher, watch } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import { EnclaveError } from '../../../base/error.ts'

/** Milliseconds without further changes before a build: editors write a file several times. */
const QUIET = 60
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The watched files of one application. */
export class Changes {
  readonly #folder: string
  readonly #stop = new AbortController()
  readonly #watchers: FSWatcher[]
  /** Names of files by the folders outside of the application's in which they are. */
  readonly #elsewhere = new Map<string, Set<string>>()
  #changed = true
  #wake = () => {}

  private constructor(folder: string) {
    this.#folder = folder
    this.#watchers = [watch(folder, { recursive: true }, this.#note)]
  }

  /**
   * Begins to watch the application `app`, which need not be there yet.
   * @throws {EnclaveError} E_APP_NOT_FOUND if there is no folder in which it could be.
   */
  static async of(app: string): Promise<Changes> {
    const isFolder = (await stat(app).catch(() => undefined))?.isDirectory()
    const folder = await realpath(isFolder ? app : dirname(app)).catch((cause: unknown) => {
      throw new EnclaveError('E_APP_NOT_FOUND', {
        what: `there is no application at ${app}`,
        expected: 'a path in a folder that exists',
        cause,
      })
    })
    return new Changes(folder)
  }

  /** Watches a module that a build has read. */
  readonly also = (file: string): void => {
    const path = resolve(file)
    if (relative(this.#folder, path).split(sep)[0] !== '..') return
    const folder = dirname(path)
    const names = this.#elsewhere.get(folder) ?? new Set()
    names.add(basename(path))
    if (this.#elsewhere.has(folder)) return
    this.#elsewhere.set(folder, names)
    // Its folder, because many editors replace a file, and a watched file would then be the old one.
    const watcher = watch(folder, (_, name) => {
      if (name !== null && names.has(name)) this.#note()
    })
    // A folder that is removed has no more changes.
    this.#watchers.push(watcher.on('error', () => watcher.close()))
  }

  /** Yields once at the start, then after each change; ends on Ctrl-C. */
  async *[Symbol.asyncIterator](): AsyncGenerator<void> {
    const end = () => this.#stop.abort()
    // Closing the terminal, or a pipe that reads the output, ends it too.
    for (const signal of SIGNALS) process.once(signal, end)
    // It stays: whatever is written until the end fails as well.
    process.stdout.on('error', end)
    this.#stop.signal.addEventListener('abort', this.#note)
    try {
      while (!this.#stop.signal.aborted) {
        while (this.#changed && !this.#stop.signal.aborted) {
          this.#changed = false
          await new Promise((resolve) => setTimeout(resolve, QUIET))
        }
        if (this.#stop.signal.aborted) return
        yield
        if (!this.#changed) await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      for (const watcher of this.#watchers) watcher.close()
      for (const signal of SIGNALS) process.off(signal, end)
    }
  }

  readonly #note = (): void => {
    this.#changed = true
    this.#wake()
  }
}
