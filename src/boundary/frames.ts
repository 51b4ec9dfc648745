/**
 * What crosses the pipes between a hypervisor and an enclave's process: frames of a length (u32, little-endian), a
 * kind (u8) and a body. A closed set of kinds; lengths are checked before anything is kept.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { decodeHeader, HEADER_LENGTH, MAX_PAYLOAD, type Packet } from '../vsock/packet.ts'

/**
 * Kinds of frames. To the enclave's process go AHEAD, CODE and BOOT, then RESPONSE and AWAKE; from it come REQUEST, PHASE,
 * END, CONSOLE and SLEEP (after how many milliseconds, u32, it is to be sent AWAKE); PACKET does both.
 */
export const Frame = {
  BOOT: 1,
  RESPONSE: 2,
  PACKET: 3,
  REQUEST: 4,
  PHASE: 5,
  END: 6,
  CONSOLE: 7,
  SLEEP: 8,
  AWAKE: 9,
  CODE: 10,
  AHEAD: 11,
} as const

/** The descriptors that the enclave's process reads frames from and writes them to. */
export const FROM_HYPERVISOR = 3
export const TO_HYPERVISOR = 4
/** The descriptor of the file with what it will probably run, which it looks at when it is told to. */
export const EXPECTED = 5

/** Bytes before a body: its length and its kind. */
export const PREFIX_LENGTH = 5
/** Where in a frame its kind stands. */
export const KIND_AT = 4
/** Bytes before the message of an END: how it ended and its status, i32 each. */
export const END_HEAD_LENGTH = 8
/** The longest time of a SLEEP, milliseconds: a timer's. */
export const MAX_SLEEP = 0x7fffffff
/** Bytes of a body, at most, but of those that carry the program. */
export const MAX_FRAME_LENGTH: number = HEADER_LENGTH + MAX_PAYLOAD

/** A frame's bytes. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const prefix = new Uint8Array(PREFIX_LENGTH)
  const view = new DataView(prefix.buffer)
  view.setUint32(0, body, true)
  view.setUint8(KIND_AT, kind)
  return concatBytes(prefix, ...parts)
}

/** A frame that has come whole, and where it stands among the bytes that were looked through. */
export interface HeldFrame {
  begin: number
  end: number
  /** `Frame`, or a number that is none. */
  kind: number
  body: Bytes
}

/**
 * The frame that begins at `begin` of the bytes that `view` shows, of which those before `end` have come; undefined
 * where it has not come whole. Nothing is copied.
 * @throws {EnclaveError} E_CHANNEL_FRAME for a frame that is too long.
 */
export function frameAt(view: DataView<ArrayBuffer>, begin: number, end: number): HeldFrame | undefined {
  const held = end - begin
  if (held < PREFIX_LENGTH) return undefined
  const length = view.getUint32(begin, true)
  if (length > MAX_FRAME_LENGTH) throw badFrame(`a frame of more than ${MAX_FRAME_LENGTH} bytes`, length)
  if (held < PREFIX_LENGTH + length) return undefined
  const body = new Uint8Array(view.buffer, begin + PREFIX_LENGTH, length)
  return { begin, end: begin + PREFIX_LENGTH + length, kind: view.getUint8(begin + KIND_AT), body }
}

/** The packet in a frame's body. @throws {EnclaveError} E_CHANNEL_FRAME where it is none. */
export function decodePacket(body: Bytes): Packet {
  if (body.byteLength < HEADER_LENGTH) throw badFrame('a packet shorter than its header', body.byteLength)
  const header = decodeHeader(new DataView(body.buffer, body.byteOffset), 0)
  const payload = body.subarray(HEADER_LENGTH)
  if (header.length !== payload.byteLength)
    throw badFrame('a packet whose length is not its own', header.length)
  return { header, payload }
}

/** What came over the socket cannot be true. */
export function badFrame(what: string, got: number): EnclaveError {
  return new EnclaveError('E_CHANNEL_FRAME', {
    what: `the other end of an enclave's socket sent ${what}`,
    got: String(got),
    hint: 'the peer broke the protocol',
  })
}
