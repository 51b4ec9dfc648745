/** The header of virtio-vsock: the offset and width of each field, and the numbers of the standard. */
import { expect, test } from 'vitest'
import {
  decodeHeader,
  encodeHeader,
  HEADER_LENGTH,
  MAX_PAYLOAD,
  Op,
  PARENT_CID,
  Shutdown,
  TYPE_STREAM,
} from '../../src/vsock/packet.ts'

const HEADER = {
  sourceCid: 0x01020304,
  destinationCid: 0x05060708,
  sourcePort: 0x090a0b0c,
  destinationPort: 0x0d0e0f10,
  length: 0x11121314,
  type: 0x1516,
  operation: 0x1718,
  flags: 0x191a1b1c,
  bufferAllocation: 0x1d1e1f20,
  forwardCount: 0xf1f2f3f4,
}
const WIRE =
  '0403020100000000 0807060500000000 0c0b0a09 100f0e0d 14131211 1615 1817 1c1b1a19 201f1e1d f4f3f2f1'

test('a header is 44 bytes, little-endian, in the order of the standard', () => {
  const bytes = new Uint8Array(HEADER_LENGTH + 4).fill(0xee)
  encodeHeader(new DataView(bytes.buffer), 2, HEADER)
  expect(Buffer.from(bytes.subarray(2, 46)).toString('hex')).toBe(WIRE.replaceAll(' ', ''))
  expect([...bytes.subarray(0, 2), ...bytes.subarray(46)]).toEqual([0xee, 0xee, 0xee, 0xee])
  expect(decodeHeader(new DataView(bytes.buffer), 2)).toEqual(HEADER)
})

test('a CID over 32 bits is decoded as infinity, which matches no address', () => {
  const view = new DataView(new ArrayBuffer(HEADER_LENGTH))
  encodeHeader(view, 0, HEADER)
  view.setUint32(4, 1, true)
  view.setUint32(12, 0x80000000, true)
  expect(decodeHeader(view, 0)).toEqual({
    ...HEADER,
    sourceCid: Number.POSITIVE_INFINITY,
    destinationCid: Number.POSITIVE_INFINITY,
  })
})

test('the numbers are those of virtio 1.2, section 5.10.6', () => {
  expect(Op).toEqual({
    REQUEST: 1,
    RESPONSE: 2,
    RST: 3,
    SHUTDOWN: 4,
    RW: 5,
    CREDIT_UPDATE: 6,
    CREDIT_REQUEST: 7,
  })
  expect(Shutdown).toEqual({ RECEIVE: 1, SEND: 2, BOTH: 3 })
  expect([TYPE_STREAM, HEADER_LENGTH, MAX_PAYLOAD, PARENT_CID]).toEqual([1, 44, 65_536, 3])
})
