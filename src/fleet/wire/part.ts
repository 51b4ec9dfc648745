/**
 * The messages of an exchange over the bus. Each has one part: a byte for its kind, four for its number (big-endian), and
 * the rest. Numbers count up from 0 in each direction, so that a part which the bus repeats, drops or moves is noticed.
 *
 *     OPEN     client: the request's head, and the first bytes of its body; `reply` is where answers go
 *     ACCEPT   member: it was given to an enclave; `reply` is where further parts go
 *     REFUSE   member: it was not given to an enclave; a word says why
 *     HEAD     member: the response's head
 *     DATA     bytes of the body; END: there are no more
 *     FAIL     the sender gives up; a word says why
 *     CREDIT   parts of the body were taken that count so much (four bytes)
 *     PROBE    nothing: NATS itself answers if nobody listens any more
 *     GONE     to a PROBE: there is no such exchange any more; its number means nothing
 */
import { EnclaveError } from '../../base/error.ts'

export const PartKind = {
  OPEN: 0,
  ACCEPT: 1,
  REFUSE: 2,
  HEAD: 3,
  DATA: 4,
  END: 5,
  FAIL: 6,
  CREDIT: 7,
  PROBE: 8,
  GONE: 9,
} as const

/** Bytes before the rest. */
export const PART_HEAD = 5
/** Bytes of a body in one part, at most; fewer if the bus carries only smaller messages. */
export const PART_LENGTH: number = 256 * 1024
/** Bytes of a body that may be under way in one direction. */
export const WINDOW: number = 1024 * 1024
/** What a part of `length` bytes counts against the window: many small ones cost as much as a few large ones. */
export const costOf = (length: number): number => Math.max(length, LEAST_COST)
const LEAST_COST = 1024
/** Characters of the word of a REFUSE or FAIL. */
export const MAX_WORD = 32

export interface Part {
  readonly kind: number
  readonly number: number
  /** A view of the message. */
  readonly rest: Uint8Array
}

export function encodePart(kind: number, number: number, rest: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(PART_HEAD + rest.length)
  bytes[0] = kind
  new DataView(bytes.buffer).setUint32(1, number)
  bytes.set(rest, PART_HEAD)
  return bytes
}

/** @throws {EnclaveError} E_FLEET_MESSAGE */
export function decodePart(bytes: Uint8Array): Part {
  const kind = bytes[0]
  if (bytes.length < PART_HEAD || kind === undefined || kind > PartKind.GONE)
    throw badMessage('a message of the bus does not belong to an exchange', `${bytes.length} bytes`)
  if (bytes.length > PART_HEAD + PART_LENGTH + 2 * MAX_HEAD)
    throw badMessage('a message of the bus is too long', `${bytes.length} bytes`)
  const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1)
  return { kind, number, rest: bytes.subarray(PART_HEAD) }
}

/** Bytes of a head of HTTP, at most. */
export const MAX_HEAD: number = 16 * 1024

/** Bytes that a message of NATS may have, unless its server says so. */
const MAX_PAYLOAD = 1024 * 1024
/** Bytes of a body for which one part must have room. */
const LEAST_PART = 1024

/** Bytes that a message of the bus must be able to have: a head, and the least part of a body. */
export const LEAST_PAYLOAD: number = PART_HEAD + 4 + MAX_HEAD + LEAST_PART

/** Bytes of a body that one part may have beside a head, on a bus with messages of `maxPayload`. */
export const partLength = (maxPayload: number = MAX_PAYLOAD): number =>
  Math.min(PART_LENGTH, maxPayload - LEAST_PAYLOAD + LEAST_PART)

const encoder = new TextEncoder()

/** A number as four bytes. */
export function fourBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** The number in four bytes. @throws {EnclaveError} E_FLEET_MESSAGE */
export function numberOf(rest: Uint8Array): number {
  if (rest.length < 4)
    throw badMessage('a number in a message of the bus is too short', `${rest.length} bytes`)
  return new DataView(rest.buffer, rest.byteOffset).getUint32(0)
}

export const wordBytes = (word: string): Uint8Array => encoder.encode(word.slice(0, MAX_WORD))

/** The word in a part: only letters, digits and hyphens, because the bus may have written it. */
export const wordOf = (rest: Uint8Array): string =>
  String.fromCharCode(...rest.subarray(0, MAX_WORD)).replaceAll(/[^a-z0-9-]/gi, '?')

export function badMessage(what: string, got: string): EnclaveError {
  return new EnclaveError('E_FLEET_MESSAGE', { what, expected: 'parts of an exchange', got })
}
