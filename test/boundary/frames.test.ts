/** Frames between an enclave's process and its hypervisor: their bytes, and their limits. */
import { describe, expect, test } from 'vitest'
import {
  badFrame,
  decodePacket,
  END_HEAD_LENGTH,
  EXPECTED,
  encodeFrame,
  FROM_HYPERVISOR,
  Frame,
  frameAt,
  KIND_AT,
  MAX_FRAME_LENGTH,
  MAX_SLEEP,
  PREFIX_LENGTH,
  TO_HYPERVISOR,
} from '../../src/boundary/frames.ts'
import { encodeHeader, HEADER_LENGTH, type PacketHeader } from '../../src/vsock/packet.ts'

const FRAME_ERROR = expect.objectContaining({ code: 'E_CHANNEL_FRAME' })
const viewOf = (bytes: Uint8Array) => new DataView(bytes.slice().buffer as ArrayBuffer)

describe('the constants of the protocol', () => {
  test('have these values', () => {
    expect(Frame).toEqual({
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
    })
    expect([PREFIX_LENGTH, KIND_AT, END_HEAD_LENGTH]).toEqual([5, 4, 8])
    expect(MAX_SLEEP).toBe(2 ** 31 - 1)
    expect(MAX_FRAME_LENGTH).toBe(44 + 65_536)
  })

  test('include file descriptors after the three standard ones', () => {
    expect([FROM_HYPERVISOR, TO_HYPERVISOR, EXPECTED]).toEqual([3, 4, 5])
  })
})

describe('a frame', () => {
  test('is a little-endian length, a kind and a body made of any number of parts', () => {
    const frame = encodeFrame(7, Uint8Array.of(1, 2), new Uint8Array(0), new Uint8Array(256).fill(3))
    expect([...frame.subarray(0, 8)]).toEqual([2, 1, 0, 0, 7, 1, 2, 3])
    expect(frame).toHaveLength(5 + 258)
    expect([...encodeFrame(9)]).toEqual([0, 0, 0, 0, 9])
  })

  test('is read only once it is complete', () => {
    const bytes = Uint8Array.of(99, ...encodeFrame(7, Uint8Array.of(1, 2)), 99)
    const view = viewOf(bytes)
    for (let end = 1; end < 8; end++) expect(frameAt(view, 1, end)).toBeUndefined()
    for (const end of [8, 9])
      expect(frameAt(view, 1, end)).toEqual({ begin: 1, end: 8, kind: 7, body: Uint8Array.of(1, 2) })
  })

  test('without a body is complete with its prefix', () => {
    const view = viewOf(encodeFrame(9))
    expect(frameAt(view, 0, 4)).toBeUndefined()
    expect(frameAt(view, 0, 5)).toEqual({ begin: 0, end: 5, kind: 9, body: new Uint8Array(0) })
  })

  test('has a body of at most a header and the longest payload, even if it is incomplete', () => {
    const longest = viewOf(Uint8Array.of(44, 0, 1, 0, 3))
    expect(frameAt(longest, 0, 5)).toBeUndefined()
    const longer = viewOf(Uint8Array.of(45, 0, 1, 0, 3))
    expect(() => frameAt(longer, 0, 5)).toThrow(FRAME_ERROR)
    const whole = viewOf(encodeFrame(3, new Uint8Array(MAX_FRAME_LENGTH)))
    expect(frameAt(whole, 0, whole.byteLength)?.body).toHaveLength(MAX_FRAME_LENGTH)
  })
})

describe('a packet', () => {
  const header: PacketHeader = {
    sourceCid: 3,
    destinationCid: 4,
    sourcePort: 5,
    destinationPort: 6,
    length: 2,
    type: 1,
    operation: 5,
    flags: 0,
    bufferAllocation: 7,
    forwardCount: 8,
  }
  const bodyOf = (length: number, payload: number[]) => {
    const bytes = new Uint8Array(10 + HEADER_LENGTH + payload.length)
    encodeHeader(new DataView(bytes.buffer), 10, { ...header, length })
    bytes.set(payload, 10 + HEADER_LENGTH)
    // The packet does not begin at the start of its buffer.
    return bytes.subarray(10)
  }

  test('is a header and a payload of the length that the header gives', () => {
    expect(decodePacket(bodyOf(2, [8, 9]))).toEqual({ header, payload: Uint8Array.of(8, 9) })
    expect(decodePacket(bodyOf(0, []))).toEqual({
      header: { ...header, length: 0 },
      payload: new Uint8Array(0),
    })
  })

  test.each([
    ['shorter than a header', bodyOf(0, []).subarray(0, HEADER_LENGTH - 1)],
    ['shorter than its header says', bodyOf(3, [8, 9])],
    ['longer than its header says', bodyOf(1, [8, 9])],
  ])('is refused if it is %s', (_, body) => {
    expect(() => decodePacket(body)).toThrow(FRAME_ERROR)
  })
})

test('the error for an invalid frame says what was received', () => {
  expect(badFrame('a thing', 12)).toMatchObject({
    code: 'E_CHANNEL_FRAME',
    message: expect.stringContaining('sent a thing'),
  })
})
