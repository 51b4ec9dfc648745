/**
 * The security module for TypeScript applications (`qtsm_lib.h`): its seven calls, and shorthands for the
 * most common ones.
 */

import * as wit from 'qingtian:enclave/qtsm'
import type { AttestedFields } from '../base/attested-fields.ts'
import {
  ArgumentError,
  type BytesInput,
  bytesOf,
  integerOf,
  optionalBytesOf,
  optionsOf,
} from './arguments.ts'

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

/** The largest number that the module's interface can carry; it rejects those that are no PCR. */
const MAX_INDEX = 65535
const indexOf = (name: string, value: unknown) => integerOf(name, value, 0, MAX_INDEX)
const MAX_LENGTH = 4294967295

/** The PCR at `index`, 0 to 31. @throws {QtsmError} invalid-index. @throws {TypeError} if it is not an integer. */
export function describePcr(index: number): wit.Pcr {
  indexOf('index', index)
  return attempt(() => wit.describePcr(index))
}

/**
 * Extends PCR `index`, 16 to 31, by `data`; its new value, 48 bytes.
 * @throws {QtsmError} invalid-index, read-only-index, input-too-large. @throws {TypeError} for a wrong argument.
 */
export function extendPcr(index: number, data: BytesInput): Uint8Array<ArrayBuffer> {
  indexOf('index', index)
  const bytes = bytesOf('data', data)
  return attempt(() => wit.extendPcr(index, bytes))
}

/** Locks PCR `index` permanently. @throws {QtsmError} invalid-index, read-only-index. @throws {TypeError} */
export function lockPcr(index: number): void {
  indexOf('index', index)
  attempt(() => wit.lockPcr(index))
}

/** Locks all of `indexes`, or none. @throws {QtsmError} invalid-index, read-only-index. @throws {TypeError} */
export function lockPcrs(indexes: Iterable<number>): void {
  if (typeof indexes !== 'object' || indexes === null || !(Symbol.iterator in indexes)) {
    throw new ArgumentError('indexes', 'a list of integers', `a ${typeof indexes}`)
  }
  const all = Array.from(indexes, (index, at) => indexOf(`indexes[${at}]`, index))
  attempt(() => wit.lockPcrs(all))
}

/** The description of the module. */
export const getDescribe = (): wit.Description => attempt(() => wit.getDescribe())

/**
 * A signed attestation document with the locked PCRs; the arguments are those of `qtsm_get_attestation`.
 * @throws {QtsmError} input-too-large. @throws {TypeError} for an argument that is not bytes.
 */
export function getAttestation(
  userData?: BytesInput,
  nonce?: BytesInput,
  publicKey?: BytesInput,
): Uint8Array<ArrayBuffer> {
  const fields = [
    optionalBytesOf('userData', userData),
    optionalBytesOf('nonce', nonce),
    optionalBytesOf('publicKey', publicKey),
  ] as const
  return attempt(() => wit.getAttestation(...fields))
}

/**
 * `length` random bytes from the module, at most 256.
 * @throws {QtsmError} input-too-large, invalid-argument. @throws {TypeError} if it is not an integer.
 */
export function getRandom(length: number): Uint8Array<ArrayBuffer> {
  integerOf('length', length, 0, MAX_LENGTH)
  return attempt(() => wit.getRandom(length))
}

/** The names of the fields of `attest`. */
const ATTESTED = ['userData', 'nonce', 'publicKey']

/**
 * A signed attestation document with the locked PCRs; the arguments are named.
 * @throws {QtsmError} input-too-large. @throws {TypeError} for a field that is unknown or not bytes.
 * @example
 * const document = attest({ nonce })
 */
export function attest(
  fields: { readonly [Name in keyof AttestedFields]?: BytesInput | undefined } = {},
): Uint8Array<ArrayBuffer> {
  const { userData, nonce, publicKey } = optionsOf('the fields of attest', fields, ATTESTED)
  return getAttestation(userData, nonce, publicKey)
}

/** `length` random bytes from the module, any number. @throws {TypeError} if it is not an integer of 0 or more. */
export function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(integerOf('length', length, 0, MAX_LENGTH))
  for (let at = 0; at < length; at += RANDOM_LENGTH) {
    bytes.set(getRandom(Math.min(RANDOM_LENGTH, length - at)), at)
  }
  return bytes
}
