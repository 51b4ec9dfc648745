/**
 * The security module for TypeScript applications (`qtsm_lib.h`): its seven calls, and shorthands for the
 * most common ones.
 */

import * as wit from 'qingtian:enclave/qtsm'
import type { AttestedFields } from '../base/attested-fields.ts'

export type { Description, Pcr } from 'qingtian:enclave/qtsm'

/** The QTSM's error codes, in the order of their numbers from 1. */
const CODES = [
  'invalid-index',
  'invalid-response',
  'invalid-argument',
  'read-only-index',
  'invalid-operation',
  'buffer-too-small',
  'input-too-large',
  'internal-error',
  'invalid-qtsm-cert',
]

/** The maximum of random bytes per call of the module. */
const RANDOM_LENGTH = 256

/** A failed call of the module. `number` is the QTSM's error number. */
export class QtsmError extends Error {
  override readonly name = 'QtsmError'
  readonly code: string
  readonly number: number

  constructor(code: string) {
    super(`qtsm: ${code} (${CODES.indexOf(code) + 1})`)
    this.code = code
    this.number = CODES.indexOf(code) + 1
  }
}

function attempt<Result>(call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    const payload = (error as { payload?: unknown } | undefined)?.payload ?? error
    if (typeof payload === 'string' && CODES.includes(payload)) throw new QtsmError(payload)
    throw error
  }
}

/** The PCR at `index`, 0 to 31. @throws {QtsmError} invalid-index. */
export const describePcr = (index: number): wit.Pcr => attempt(() => wit.describePcr(index))

/** Extends PCR `index`, 16 to 31, by `data`; its new value, 48 bytes. @throws {QtsmError} invalid-index, read-only-index. */
export const extendPcr = (index: number, data: Uint8Array): Uint8Array<ArrayBuffer> =>
  attempt(() => wit.extendPcr(index, data))

/** Locks PCR `index` permanently. @throws {QtsmError} invalid-index, read-only-index. */
export const lockPcr = (index: number): void => attempt(() => wit.lockPcr(index))

/** Locks all of `indexes`, or none. @throws {QtsmError} invalid-index, read-only-index. */
export const lockPcrs = (indexes: readonly number[]): void =>
  attempt(() => wit.lockPcrs(Uint16Array.from(indexes)))

/** The description of the module. */
export const getDescribe = (): wit.Description => attempt(() => wit.getDescribe())

/**
 * A signed attestation document with the locked PCRs; the arguments are those of `qtsm_get_attestation`.
 * @throws {QtsmError} input-too-large.
 */
export const getAttestation = (
  userData?: Uint8Array,
  nonce?: Uint8Array,
  publicKey?: Uint8Array,
): Uint8Array<ArrayBuffer> => attempt(() => wit.getAttestation(userData, nonce, publicKey))

/** `length` random bytes from the module, at most 256. @throws {QtsmError} input-too-large, invalid-argument. */
export const getRandom = (length: number): Uint8Array<ArrayBuffer> => attempt(() => wit.getRandom(length))

/**
 * A signed attestation document with the locked PCRs; the arguments are named.
 * @throws {QtsmError} input-too-large.
 * @example
 * const document = attest({ nonce })
 */
export const attest = ({ userData, nonce, publicKey }: AttestedFields = {}): Uint8Array<ArrayBuffer> =>
  getAttestation(userData, nonce, publicKey)

/** `length` random bytes from the module, any number. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += RANDOM_LENGTH) {
    bytes.set(getRandom(Math.min(RANDOM_LENGTH, length - at)), at)
  }
  return bytes
}
