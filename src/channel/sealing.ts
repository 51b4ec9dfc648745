/** The exchanges of a caller under one key of an enclave. */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import type { OpenChunk } from './wire/chunks.ts'
import type { KeyConfig } from './wire/key-config.ts'
import { AES_256_GCM, HKDF_SHA256, REQUEST_LABEL } from './wire/names.ts'

/** One exchange: seals its request, and opens its answer. */
export interface Sealing {
  /** What its request begins with. */
  readonly begin: Bytes
  readonly enc: Bytes
  /** The next chunk of the request as it is sent, after `before`. */
  seal(text: Uint8Array, isFinal: boolean, before: Uint8Array): Bytes | Promise<Bytes>
  /** The answer is awaited: its keys can be made now. */
  expectAnswer(): void
  /** Opens the chunks of the answer that begins with `random`. */
  opener(random: Uint8Array): OpenChunk | Promise<OpenChunk>
}

/** What a request for a key begins with before its encapsulated key (RFC 9458, section 4.3). */
export function headerOf({ id, kem }: Pick<KeyConfig, 'id' | 'kem'>): Bytes {
  return Uint8Array.of(
    id,
    ...[kem, HKDF_SHA256, AES_256_GCM].flatMap((number) => [number >> 8, number & 255]),
  )
}

/** HPKE's `info` of a request. */
export const infoOf = (header: Bytes): Bytes =>
  concatBytes(new TextEncoder().encode(`${REQUEST_LABEL}\0`), header)

/** A context is for one exchange, and the next is made while the answer to one is awaited. */
export class Sealings {
  readonly #create: () => Promise<Sealing>
  #next: Promise<Sealing> | undefined

  constructor(create: () => Promise<Sealing>) {
    this.#create = create
  }

  /** A context that no exchange has had. */
  take(): Promise<Sealing> {
    const next = this.#next ?? this.#create()
    this.#next = undefined
    return next
  }

  /** Makes the next one. */
  prepare(): void {
    this.#next ??= this.#create()
    this.#next.catch(() => {})
  }
}
