/**
 * What several processes must agree on, kept without a lock: each change makes the next numbered file by `link`, which
 * one of them can do and the others not, who then look again. A process may die at any moment and wedges nothing, and
 * what was written before the machine's last start has another name and is of no concern.
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

/** Far more than any number of processes that change it at once. */
const MAX_ATTEMPTS = 10_000
/** After so many looks at a list of files that stays the same, it is believed. */
const MAX_LOOKS = 100
const DRAFT = 'draft.'

/** A generation as it was read. While its file is open, no other file can be taken for it. */
interface Generation<State> extends Disposable {
  /** −1 before the first. */
  number: number
  state: State
  /** Whether its file is still in its place. */
  isThere(): boolean
}

/** One state, as JSON, in a directory. */
export class Ledger<State> {
  readonly #parent: string
  readonly #prefix: string
  /** Where the generations are, by their numbers. */
  readonly #directory: string
  readonly #empty: State

  constructor(parent: string, name: string, empty: State) {
    this.#parent = parent
    this.#prefix = `${name}.`
    this.#directory = join(parent, `${this.#prefix}${bootId()}`)
    this.#empty = empty
  }

  /**
   * The state now.
   * @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE, E_STATE_FILE.
   */
  read(): State {
    assertPrivate(this.#parent)
    using newest = this.#newest()
    return newest.state
  }

  /**
   * Puts what `change` makes of the state in its place; undefined leaves it. It may be called several times, with newer
   * states, and once more after it has had its effect: it must see that, and leave it.
   * @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE, E_STATE_FILE, and what `change` throws.
   */
  update(change: (state: State) => State | undefined): void {
    makePrivate(this.#parent)
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      using newest = this.#newest()
      const next = change(newest.state)
      if (next === undefined) return
      try {
        // Older ones go first: where this one is still there, the next was never there before, and counts.
        if (newest.number < 0) this.#begin()
        else if (this.#put(newest.number + 1, next) && newest.isThere()) {
          return this.#removeBefore(newest.number)
        }
      } catch (cause) {
        throw stateFailure(`the ledger in ${this.#parent} cannot be written`, cause)
      }
    }
    throw new EnclaveError('E_STATE_BUSY', {
      what: `the ledger in ${this.#parent} changes too fast`,
      hint: 'too many starts at once: try again',
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
        // A newer one has come, and this one has gone, between two looks.
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue
        throw stateFailure(`the ledger in ${this.#parent} cannot be read`, cause)
      }
    }
  }

  /**
   * A list of files that is read while they come and go may leave the newest out, and show none, or one that somebody put
   * too late, where an old one had been. The newest has the one before it beside it, and a directory is made with one.
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
      // Whoever comes late may put another file where an old generation was.
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

  /** Makes the directory with generation 0 in it, in one step: where there is one, it is never begun again. */
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

  /** Writes a generation, whole or not at all; false where somebody else has. */
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
