/**
 * What crosses the socket between a hypervisor and an enclave's process: frames of a length (u32, little-endian), a
 * kind (u8) and a body. A closed set of kinds; lengths are checked before anything is kept.
 */
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import { decodeHeader, HEADER_LENGTH, MAX_PAYLOAD, type Packet } from '../vsock/packet.ts'

/**
 * Kinds of frames. To the enclave's process go BOOT, RESPONSE and AWAKE, from it come REQUEST, PHASE, END, CONSOLE and
 * SLEEP (after how many milliseconds, u32, it is to be sent AWAKE); PACKET does both.
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
} as const

/** The descriptor that the enclave's process has of the socket. */
export const HYPERVISOR = 3

/** Bytes before a body: its length and its kind. */
export const PREFIX_LENGTH = 5
/** Bytes of a body, at most, but of the one that carries the program. */
export const MAX_FRAME_LENGTH: number = HEADER_LENGTH + MAX_PAYLOAD

/** A frame's bytes. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const prefix = new Uint8Array(PREFIX_LENGTH)
  const view = new DataView(prefix.buffer)
  view.setUint32(0, body, true)
  view.setUint8(4, kind)
  return concatBytes(prefix, ...parts)
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
