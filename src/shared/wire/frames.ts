/**
 * What enclaves that share a secret say to each other, and to those who carry it: frames of a kind, a length and a body.
 * Whatever arrives is hostile: the length is checked before anything is awaited or allocated for it.
 *
 * | kind | who to whom | body |
 * |---|---|---|
 * | NONE | carrier to an enclave that asks | nothing: nobody has the secret, create it |
 * | CHALLENGE | one that has it to one that asks | a nonce of 32 bytes |
 * | REQUEST | one that asks | its attestation document |
 * | ANSWER | one that has it | two bytes of length, the sealed secret, and its attestation document |
 * | REFUSED | one that has it | why, in UTF-8; nothing proves it |
 * | READY | one that asks to its carrier | nothing: it has the secret |
 * | NOTED | carrier | nothing: others will be sent to it |
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

export type Kind = 'NONE' | 'CHALLENGE' | 'REQUEST' | 'ANSWER' | 'REFUSED' | 'READY' | 'NOTED'

/** The port of the parent instance on which enclaves ask, and the one on which enclaves that have the secret are asked. */
export const ASK_PORT = 9002
export const HOLD_PORT = 9003

/** Bytes of a challenge. */
export const CHALLENGE_LENGTH = 32
/** Bytes that a secret may have. */
export const LONGEST_SECRET = 4096
/** Bytes that a document of either cloud may have, and what its encapsulated key and its tag add to a secret. */
const LONGEST_DOCUMENT = 26_000
const SEALED_MORE = 48

/** The kinds in the order of their numbers, with the lengths that their bodies may have. */
const KINDS: readonly (readonly [kind: Kind, least: number, most: number])[] = [
  ['NONE', 0, 0],
  ['CHALLENGE', CHALLENGE_LENGTH, CHALLENGE_LENGTH],
  ['REQUEST', 1, LONGEST_DOCUMENT],
  ['ANSWER', 3, 2 + LONGEST_SECRET + SEALED_MORE + LONGEST_DOCUMENT],
  ['REFUSED', 0, 512],
  ['READY', 0, 0],
  ['NOTED', 0, 0],
]

const HEAD_LENGTH = 5

/** A frame that was received. */
export interface Frame {
  readonly kind: Kind
  readonly body: Bytes
}

/** Gives exactly so many bytes; fewer if the other end has closed before. */
export type ReadExactly = (length: number) => Promise<Bytes>

/** A frame as bytes. A body that is too long is a mistake of the caller. @throws {EnclaveError} E_SHARED_FRAME */
export function writeFrame(kind: Kind, body: Uint8Array = new Uint8Array(0)): Bytes {
  const number = KINDS.findIndex(([name]) => name === kind)
  checkLength(number, body.length)
  const head = new Uint8Array(HEAD_LENGTH)
  head[0] = number
  new DataView(head.buffer).setUint32(1, body.length)
  return concatBytes(head, body)
}

/** The next frame, which must be one of `expected`. @throws {EnclaveError} E_SHARED_FRAME; what `read` throws. */
export async function readFrame<Expected extends Kind>(
  read: ReadExactly,
  ...expected: readonly Expected[]
): Promise<Frame & { readonly kind: Expected }> {
  const names = expected.join(' or ')
  const head = await read(HEAD_LENGTH)
  if (head.length < HEAD_LENGTH) throw badFrame('the connection ended', names, `${head.length} bytes`)
  const number = head[0]!
  const kind = KINDS[number]?.[0]
  if (!expected.includes(kind as Expected))
    throw badFrame('a frame of another kind was received', names, kind ?? `the kind ${number}`)
  const length = new DataView(head.buffer, head.byteOffset).getUint32(1)
  checkLength(number, length)
  const body = length > 0 ? await read(length) : new Uint8Array(0)
  if (body.length === length) return { kind: kind as Expected, body }
  throw badFrame('the connection ended within a frame', `${length} bytes`, `${body.length} bytes`)
}

function checkLength(number: number, length: number): void {
  const [kind, least, most] = KINDS[number]!
  if (length >= least && length <= most) return
  throw badFrame(`the body of ${kind} has a wrong length`, `${least} to ${most} bytes`, `${length} bytes`)
}

function badFrame(what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_SHARED_FRAME', { what, expected, got })
}
