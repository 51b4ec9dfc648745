/**
 * The keys of a channel. A new generation is made when the current one is old or has taken half of the requests that it
 * may take; the former ones are accepted until they are full or their time is over, and then forgotten: what was recorded
 * cannot be decrypted after that.
 */

import type { Bytes } from '../../base/bytes.ts'
import { concatBytes } from '../../base/bytes.ts'
import { keysStatement } from '../../channel/wire/binding.ts'
import { type Context, Schedule, suiteOf } from '../../channel/wire/hpke.ts'
import { type KeyConfig, writeConfig, writeConfigs } from '../../channel/wire/key-config.ts'
import {
  AES_256_GCM,
  EHBP_REQUEST_LABEL,
  HKDF_SHA256,
  KEMS,
  REQUEST_LABEL,
} from '../../channel/wire/names.ts'
import { sha256 } from '../hash.ts'
import { randomBytes } from '../qtsm.ts'
import { compiled } from './hpke.ts'
import type { Kem, KemKey } from './kem.ts'
import { Taken } from './taken.ts'

/** Generations that are kept, so that nobody can make an enclave keep many. */
const MAX_GENERATIONS = 4
const IDS = 256

/** One key. */
export class ChannelKey {
  readonly config: KeyConfig
  readonly taken: Taken
  readonly #key: KemKey
  readonly #schedule: Schedule
  readonly #ehbp: Schedule

  constructor(id: number, kem: Kem, exchanges: number) {
    this.#key = kem.generate()
    this.config = { id, kem: kem.id, publicKey: this.#key.publicKey }
    this.taken = new Taken(exchanges)
    const encoder = new TextEncoder()
    const suite = suiteOf(kem.id)
    this.#schedule = new Schedule(
      compiled,
      suite,
      concatBytes(encoder.encode(`${REQUEST_LABEL}\0`), headerOf(id, kem.id)),
    )
    this.#ehbp = new Schedule(compiled, suite, encoder.encode(EHBP_REQUEST_LABEL))
  }

  /** Bytes of an encapsulated key. */
  get encLength(): number {
    return KEMS[this.config.kem]!.enc
  }

  /** The context of the exchange that `enc` begins. @throws {EnclaveError} E_CHANNEL_MESSAGE */
  begin(enc: Uint8Array): Context {
    return this.#schedule.begin(this.#key.open(enc))
  }

  /** The same for EHBP. */
  beginEhbp(enc: Uint8Array): Context {
    return this.#ehbp.begin(this.#key.open(enc))
  }

  forget(): void {
    this.#key.forget()
  }
}

/** What a request begins with before its encapsulated key (RFC 9458, section 4.3). */
export function headerOf(id: number, kem: number, aead: number = AES_256_GCM): Bytes {
  return Uint8Array.of(id, ...[kem, HKDF_SHA256, aead].flatMap((number) => [number >> 8, number & 255]))
}

/** Keys that were made together, one of each mechanism; that of X25519 is the first. */
export interface Generation {
  readonly keys: readonly ChannelKey[]
  /** All configurations, as the enclave publishes them. */
  readonly configs: Bytes
  /** The fields of a document about them. */
  readonly publicKey: Bytes
  readonly userData: Bytes
  /** On the clock of `performance.now`. */
  readonly born: number
}

/** Milliseconds, and a number. */
export interface KeyLimits {
  readonly lifetime: number
  readonly grace: number
  readonly exchanges: number
}

export class KeyRing {
  readonly #kems: readonly Kem[]
  readonly #limits: KeyLimits
  /** The newest first. */
  #generations: readonly Generation[] = []
  #nextId = randomBytes(1)[0]!

  constructor(kems: readonly Kem[], limits: KeyLimits) {
    this.#kems = kems
    this.#limits = limits
  }

  /** The keys for new callers. */
  current(): Generation {
    this.#expire()
    const { lifetime, exchanges } = this.#limits
    const [newest] = this.#generations
    const isGood =
      newest !== undefined &&
      performance.now() - newest.born < lifetime &&
      newest.keys.every(({ taken }) => 2 * taken.count < exchanges)
    return isGood ? newest : this.#renew()
  }

  /** The key with this id and mechanism, if it is still there. */
  find(id: number, kem: number): ChannelKey | undefined {
    this.#expire()
    for (const { keys } of this.#generations)
      for (const key of keys) if (key.config.id === id && key.config.kem === kem) return key
    return undefined
  }

  /** The keys of X25519, the newest first. */
  all(): ChannelKey[] {
    this.#expire()
    return this.#generations.map(({ keys }) => keys[0]!)
  }

  #renew(): Generation {
    const keys = this.#kems.map((kem) => new ChannelKey(this.#freeId(), kem, this.#limits.exchanges))
    const configs = writeConfigs(keys.map(({ config }) => config))
    const generation: Generation = {
      keys,
      configs,
      publicKey: writeConfig(keys[0]!.config),
      userData: keysStatement(sha256(configs)),
      born: performance.now(),
    }
    this.#keep([generation, ...this.#generations])
    return generation
  }

  #freeId(): number {
    const id = this.#nextId
    this.#nextId = (id + 1) % IDS
    return id
  }

  #expire(): void {
    const { lifetime, grace } = this.#limits
    const now = performance.now()
    if (this.#generations.some(({ born }) => now - born >= lifetime + grace))
      this.#keep(this.#generations.filter(({ born }) => now - born < lifetime + grace))
  }

  #keep(generations: readonly Generation[]): void {
    const kept = generations.slice(0, MAX_GENERATIONS)
    for (const old of this.#generations) if (!kept.includes(old)) for (const key of old.keys) key.forget()
    this.#generations = kept
  }
}
