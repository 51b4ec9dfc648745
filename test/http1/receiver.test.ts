/** The bytes that a connection has received: lines and pieces, however they arrive. */
import { describe, expect, test } from 'vitest'
import { Receiver } from '../../src/http1/receiver.ts'
import { fromLatin1 } from '../../src/network/latin1.ts'
import { scripted } from '../network/memory-socket.ts'

function receiverOf(text: string, size?: number) {
  const socket = scripted(text, size)
  return { socket, receiver: new Receiver(() => socket.read()) }
}
const textOf = (bytes: Uint8Array | undefined) => bytes && fromLatin1(bytes)

describe.each([1, 2, 3, 7, 1000])('in pieces of %d', (size) => {
  test('lines come without their CRLF, and the last one only if it has one', async () => {
    const { receiver } = receiverOf('a\r\n\r\nb\rc\r\nrest', size)
    const lines = []
    for (let line = await receiver.line(100); line; line = await receiver.line(100)) lines.push(textOf(line))
    expect(lines).toEqual(['a', '', 'b\rc'])
    expect(receiver.held).toBe(4)
  })

  test.each(['\n', 'a\n', '\r\n\n', 'a\r\nb\nc\r\n'])(
    '%j is rejected: a line feed without CR',
    async (text) => {
      const { receiver } = receiverOf(text, size)
      const lines = async () => {
        while (await receiver.line(100));
      }
      await expect(lines()).rejects.toThrow(new RangeError('a line ends without CR'))
    },
  )

  test('a line may be as long as the limit, and not longer', async () => {
    for (const most of [0, 1, 6]) {
      const exact = receiverOf(`${'x'.repeat(most)}\r\n`, size).receiver
      expect(textOf(await exact.line(most))).toBe('x'.repeat(most))
      const longer = receiverOf(`${'x'.repeat(most + 1)}\r\n`, size).receiver
      await expect(longer.line(most)).rejects.toThrow(`longer than ${most} bytes`)
    }
  })

  test('an endless line is given up soon after the limit', async () => {
    const { receiver, socket } = receiverOf('x'.repeat(100_000), size)
    await expect(receiver.line(500)).rejects.toThrow(RangeError)
    expect(socket.taken).toBeLessThanOrEqual(502 + size)
  })

  test('what follows a line can be read as bytes, in parts of the requested length', async () => {
    const { receiver } = receiverOf('line\r\n0123456789', size)
    await receiver.line(10)
    let text = ''
    for (let piece = await receiver.some(4); piece; piece = await receiver.some(4)) {
      expect(piece.byteLength).toBeLessThanOrEqual(4)
      expect(piece.byteLength).toBeGreaterThan(0)
      text += textOf(piece)
    }
    expect(text).toBe('0123456789')
    expect(await receiver.some(4)).toBeUndefined()
    expect(await receiver.line(4)).toBeUndefined()
  })
})

test('empty pieces are not the end', async () => {
  const pieces = [0, 0, 1, 0, 2, 0].map((length) => new Uint8Array(length).fill(97))
  const receiver = new Receiver(async () => pieces.shift())
  expect(textOf(await receiver.some(9))).toBe('a')
  expect(textOf(await receiver.some(9))).toBe('aa')
  expect(await receiver.some(9)).toBeUndefined()
})

test('what is held can be taken without waiting', async () => {
  const { receiver } = receiverOf('a\r\nbcdef')
  await receiver.line(9)
  expect(receiver.held).toBe(5)
  expect(textOf(receiver.now(2))).toBe('bc')
  expect(receiver.held).toBe(3)
})
