/**
 * State that several processes share, without a lock: each change creates the next numbered file with `link`, which
 * only one process can do; the others then read again. A process may die at any moment without blocking others, and
 * state from before the last reboot has another name and is ignored.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { EnclaveError } from '../base/error.ts'
import { assertPrivate, makePrivate, stateFailure } from './directories.ts'
import { bootId, isAlive, ownIdentity } from './process-identity.ts'

/** Far more than the number of processes that change the ledger at once. */
const MAX_ATTEMPTS = 10_000
/** After this many reads with the same result, a list of files is trusted. */
const MAX_LOOKS = 100
const DRAFT = 'draft.'

/** A generation that was read. Its file stays open, so that no other file can be mistaken for it. */
interface Generation<State> extends Disposable {
  /** −1 before the first. */
  number: number
  state: State
  /** Whether its file still exists. */
  isThere(): boolean
}

/** A shared state, as JSON in a directory. */
export class Ledger<State> {
  readonly #parent: string
  readonly #prefix: string
  /** The directory of the generations, which are named by number. */
  readonly #directory: string
  readonly #empty: State

  constructor(parent: string, name: string, empty: State) {
    this.#parent = parent
    this.#prefix = `${name}.`
    this.#directory = join(parent, `${this.#prefix}${bootId()}`)
    this.#empty = empty
  }

  /**
   * The current state.
   * @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE, E_STATE_FILE.
   */
  read(): State {
    assertPrivate(this.#parent)
    using newest = this.#newest()
    return newest.state
  }

  /**
   * Replaces the state with the result of `change`; undefined leaves it unchanged. `change` may be called several
   * times, with newer states, and once more after it took effect: it must detect that and return undefined.
   * @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE, E_STATE_FILE, and what `change` throws.
   */
  update(change: (state: State) => State | undefined): void {
    makePrivate(this.#parent)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      using newest = this.#newest()
      const next = change(newest.state)
      if (next === undefined) return
      try {
        // Older generations are removed first: if this one still exists, the next one is new, and counts.
        if (newest.number < 0) this.#begin()
        else if (this.#put(newest.number + 1, next) && newest.isThere()) {
          return this.#removeBefore(newest.number)
        }
      } catch (cause) {
        throw stateFailure(`the ledger in ${this.#parent} cannot be written`, cause)
      }
    }
    throw new EnclaveError('E_STATE_BUSY', {
      what: `the ledger in ${this.#parent} keeps changing`,
      hint: 'too many commands run at the same time: try again',
    })
  }

  #newest(): Generation<State> {
    for (let look = 1; ; look++) {
      const number = Math.max(-1, ...this.#generations())
      if (look < MAX_LOOKS && !this.#canBeNewest(number)) continue
      if (number < 0) return { number, state: this.#empty, isThere: () => false, [Symbol.dispose]() {} }
      try {
        return this.#open(number)
      } catch (cause) {
        // This generation was replaced by a newer one between two reads.
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue
        throw stateFailure(`the ledger in ${this.#parent} cannot be read`, cause)
      }
    }
  }

  /**
   * A directory listing that is read during changes may omit the newest file, and be empty, or show one that was
   * created too late in the place of an old one. The newest has its predecessor beside it, and a directory is created
   * with one file.
   */
  #canBeNewest(number: number): boolean {
    if (number === 0) return true
    return existsSync(number < 0 ? this.#directory : this.#path(number - 1)) === number > 0
  }

  #open(number: number): Generation<State> {
    const path = this.#path(number)
    const file = openSync(path, 'r')
    const close = () => closeSync(file)
    try {
      const state = JSON.parse(readFileSync(file, 'utf8')) as State
      // A slow process may create another file in the place of an old generation.
      const isThere = () => {
        const there = statSync(path, { bigint: true, throwIfNoEntry: false })
        return there?.ino === fstatSync(file, { bigint: true }).ino
      }
      return { number, state, isThere, [Symbol.dispose]: close }
    } catch (error) {
      close()
      throw error
    }
  }

  /** Creates the directory with generation 0 atomically; an existing one is never restarted. */
  #begin(): void {
    for (const name of readdirSync(this.#parent)) {
      const owner = name.split('.')[2]
      const isLeft = owner === undefined ? join(this.#parent, name) !== this.#directory : !isAlive(owner)
      if (name.startsWith(this.#prefix) && isLeft)
        rmSync(join(this.#parent, name), { recursive: true, force: true })
    }
    const draft = `${this.#directory}.${ownIdentity()}`
    try {
      mkdirSync(draft, { mode: 0o700 })
      writeFileSync(join(draft, '0'), JSON.stringify(this.#empty), { mode: 0o600 })
      renameSync(draft, this.#directory)
    } catch (error) {
      if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    } finally {
      rmSync(draft, { recursive: true, force: true })
    }
  }

  /** Writes a generation atomically; false if another process has written it. */
  #put(generation: number, state: State): boolean {
    const draft = join(this.#directory, `${DRAFT}${ownIdentity()}`)
    try {
      writeFileSync(draft, JSON.stringify(state), { mode: 0o600 })
      linkSync(draft, this.#path(generation))
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      rmSync(draft, { force: true })
    }
  }

  #removeBefore(generation: number): void {
    const old = this.#generations().filter((each) => each < generation)
    for (const each of old.sort((left, right) => left - right)) rmSync(this.#path(each), { force: true })
    for (const name of readdirSync(this.#directory)) {
      const isLeft = name.startsWith(DRAFT) && !isAlive(name.slice(DRAFT.length))
      if (isLeft) rmSync(join(this.#directory, name), { force: true })
    }
  }

  #generations(): number[] {
    try {
      return readdirSync(this.#directory)
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw stateFailure(`the ledger in ${this.#parent} cannot be read`, cause)
    }
  }

  #path(generation: number): string {
    return join(this.#directory, String(generation))
  }
}
