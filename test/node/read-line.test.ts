/** The first line of a connection: up to a maximum length, in any parts, without reading beyond it. */
import type { Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { readLine } from '../../src/node/read-line.ts'

/** The line that is read from a connection, with access to both of its ends. */
function reading(limit: number): { line: Promise<string | undefined>; peer: Duplex; near: Duplex } {
  const [near, peer] = duplexPair()
  near.on('error', () => {})
  return { line: readLine(near as Socket, limit), peer, near }
}

describe('a line', () => {
  test.each([
    ['in one part', ['abc\n'], 'abc'],
    ['byte by byte', ['a', 'b', 'c', '\n'], 'abc'],
    ['with its end in a separate part', ['abc', '\n'], 'abc'],
    ['if it is empty', ['\n'], ''],
    ['if it is not UTF-8', [Buffer.from([0x61, 0xff, 0x0a])], 'a\u00ff'],
    ['if another follows', ['abc\ndef\n'], 'abc'],
  ])('is read %s', async (_, parts, expected) => {
    const { line, peer } = reading(5)
    for (const part of parts) {
      peer.write(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await line).toBe(expected)
  })

  test.each(['x', '\n', 'more\nlines\n'])('leaves what follows it in the connection: %j', async (rest) => {
    const { line, peer, near } = reading(5)
    peer.end(`abc\n${rest}`)
    expect(await line).toBe('abc')
    expect(await text(near)).toBe(rest)
  })

  test('leaves no listeners on a connection without further data', async () => {
    const { line, peer, near } = reading(5)
    peer.write('abc\n')
    await line
    for (const event of ['readable', 'end', 'close']) expect(near.listenerCount(event), event).toBe(0)
    peer.end('later')
    expect(await text(near)).toBe('later')
  })
})

describe('the length of a line', () => {
  test.each([[['abcde\n']], [['abcde', '\n']], [['abcd', 'e\n']]])(
    'may equal the limit: %j',
    async (parts) => {
      const { line, peer } = reading(5)
      for (const part of parts) peer.write(part)
      expect(await line).toBe('abcde')
    },
  )

  test.each([[['abcdef\n']], [['abcdef']], [['abcde', 'f']]])(
    'may not exceed the limit, with or without an end: %j',
    async (parts) => {
      const { line, peer } = reading(5)
      for (const part of parts) peer.write(part)
      expect(await line).toBeUndefined()
    },
  )
})

describe('there is no line', () => {
  test('if the peer ends the connection before it is complete', async () => {
    const { line, peer } = reading(5)
    peer.end('abc')
    expect(await line).toBeUndefined()
  })

  test('if the connection breaks', async () => {
    const { line, peer, near } = reading(5)
    peer.write('abc')
    near.destroy(new Error('broken'))
    expect(await line).toBeUndefined()
  })

  test('if the connection had already ended', async () => {
    const [near, peer] = duplexPair()
    peer.end()
    expect(await text(near)).toBe('')
    expect(await readLine(near as Socket, 5)).toBeUndefined()
  })
})
