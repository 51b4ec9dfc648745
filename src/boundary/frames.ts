/**
 * The frames between a hypervisor and an enclave's process: a length (u32, little-endian), a kind (u8) and a body. The
 * set of kinds is closed; lengths are checked before anything is stored.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { decodeHeader, HEADER_LENGTH, MAX_PAYLOAD, type Packet } from '../vsock/packet.ts'

/**
 * Kinds of frames. The hypervisor sends AHEAD, CODE and BOOT, then RESPONSE and AWAKE; the process sends REQUEST,
 * PHASE, END, CONSOLE and SLEEP (with a u32: milliseconds after which to send AWAKE). Both send PACKET.
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

/** The file descriptors from which the enclave's process reads frames, and to which it writes them. */
export const FROM_HYPERVISOR = 3
export const TO_HYPERVISOR = 4
/** The file descriptor of the prepared component that it will probably run; it reads this file after AHEAD. */
export const EXPECTED = 5

/** Length of the prefix of a body: length and kind. */
export const PREFIX_LENGTH = 5
/** Offset of the kind in a frame. */
export const KIND_AT = 4
/** Length of the fields before the message of an END: how it ended and its status, i32 each. */
export const END_HEAD_LENGTH = 8
/** Maximum time of a SLEEP in milliseconds: the maximum of a timer. */
export const MAX_SLEEP = 0x7fffffff
/** Maximum length of a body in bytes, except for frames that carry the program. */
export const MAX_FRAME_LENGTH: number = HEADER_LENGTH + MAX_PAYLOAD

/** Encodes a frame. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const prefix = new Uint8Array(PREFIX_LENGTH)
  const view = new DataView(prefix.buffer)
  view.setUint32(0, body, true)
  view.setUint8(KIND_AT, kind)
  return concatBytes(prefix, ...parts)
}

/** A complete frame, and its position in the received bytes. */
export interface HeldFrame {
  begin: number
  end: number
  /** A value of `Frame`, or an unknown number. */
  kind: number
  body: Bytes
}

/**
 * Reads the frame at `begin` in `view`, of which the bytes before `end` have arrived; undefined if the frame is
 * incomplete. Nothing is copied.
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

/** Decodes the packet in a frame's body. @throws {EnclaveError} E_CHANNEL_FRAME if it is malformed. */
export function decodePacket(body: Bytes): Packet {
  if (body.byteLength < HEADER_LENGTH) throw badFrame('a packet shorter than its header', body.byteLength)
  const header = decodeHeader(new DataView(body.buffer, body.byteOffset), 0)
  const payload = body.subarray(HEADER_LENGTH)
  if (header.length !== payload.byteLength)
    throw badFrame('a packet whose length field is wrong', header.length)
  return { header, payload }
}

/** The error for an invalid frame. */
export function badFrame(what: string, got: number): EnclaveError {
  return new EnclaveError('E_CHANNEL_FRAME', {
    what: `the peer of an enclave's process sent ${what}`,
    got: String(got),
    hint: 'the peer violated the protocol',
  })
}
