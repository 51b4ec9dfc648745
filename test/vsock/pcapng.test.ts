/** Recorded packets as a file: the bytes of every block, according to the pcapng draft and Linux's vsockmon.h. */
import { expect, test } from 'vitest'
import { encodeHeader, HEADER_LENGTH, Op } from '../../src/vsock/packet.ts'
import { type RecordedPacket, writePcapng } from '../../src/vsock/pcapng.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const plain = (text: string) => text.replaceAll(/\s/g, '')
const SECTION = '0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffff ffffffff 1c000000'
const INTERFACE = '01000000 24000000 0f010000 00000000 02000500 76736f636b 000000 00000000 24000000'
const TIME = 5 * 2 ** 32 + 6

/** An encoded header that does not begin at the start of its buffer. */
function headerOf(operation: number, payloadLength: number) {
  const bytes = new Uint8Array(3 + HEADER_LENGTH)
  encodeHeader(new DataView(bytes.buffer), 3, {
    sourceCid: 4,
    destinationCid: 3,
    sourcePort: 7,
    destinationPort: 8,
    length: payloadLength,
    type: 1,
    operation,
    flags: 0,
    bufferAllocation: 0,
    forwardCount: 0,
  })
  return bytes.subarray(3)
}
const packet = (operation: number, more: Partial<RecordedPacket> = {}): RecordedPacket => ({
  time: TIME,
  direction: 'in',
  header: headerOf(operation, 9),
  payload: Uint8Array.of(1, 2, 3),
  payloadLength: 9,
  ...more,
})
/** Splits a file into its blocks. */
function blocks(file: Uint8Array): Uint8Array[] {
  const found = []
  for (let at = 0; at < file.byteLength; ) {
    const length = new DataView(file.buffer, file.byteOffset).getUint32(at + 4, true)
    found.push(file.slice(at, at + length))
    at += length
  }
  return found
}

test('a file without packets has its header, its interface and the counters', () => {
  expect(hex(writePcapng([], 0))).toBe(
    plain(`${SECTION} ${INTERFACE}
      05000000 34000000 00000000 00000000 00000000
      04000800 00000000 00000000 05000800 00000000 00000000 00000000 34000000`),
  )
})

test('a packet has a time, two lengths, three headers, its padded bytes, and its direction', () => {
  const header = hex(headerOf(Op.RW, 9))
  const written = blocks(writePcapng([packet(Op.RW)], 1))[2]!
  expect(hex(written)).toBe(
    plain(`06000000 7c000000 00000000 05000000 06000000 4f000000 55000000
      ${header.slice(0, 48)} 0400 0200 2c00 0000 ${header} 010203 00
      02000400 01000000 00000000 7c000000`),
  )
})

test('an outgoing packet is marked, and a multiple of four bytes has no padding', () => {
  const written = blocks(
    writePcapng([packet(Op.RW, { direction: 'out', payload: new Uint8Array(4) })], 1),
  )[2]!
  expect(hex(written).slice(-40)).toBe(plain('00000000 02000400 02000000 00000000 7c000000'))
})

test.each([
  [Op.REQUEST, 1],
  [Op.RESPONSE, 1],
  [Op.RST, 2],
  [Op.SHUTDOWN, 2],
  [Op.CREDIT_UPDATE, 3],
  [Op.CREDIT_REQUEST, 3],
  [Op.RW, 4],
  [99, 0],
])('operation %d is written as operation %d of vsockmon', (operation, monitor) => {
  const written = blocks(writePcapng([packet(operation)], 1))[2]!
  expect(new DataView(written.buffer).getUint16(28 + 24, true)).toBe(monitor)
})

test('the counters count all packets and the dropped ones, with the time of the last packet', () => {
  const seen = 3 * 2 ** 32 + 4
  const all = blocks(writePcapng([packet(Op.RW, { time: 1 }), packet(Op.RW)], seen))
  expect(all).toHaveLength(5)
  expect(hex(all[4]!)).toBe(
    plain(`05000000 34000000 00000000 05000000 06000000
      04000800 04000000 03000000 05000800 02000000 03000000 00000000 34000000`),
  )
})
