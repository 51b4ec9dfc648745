/** The first line of a connection: as long as it may be, in whatever parts, and nothing of what follows. */
import type { Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { readLine } from '../../src/keeper/read-line.ts'

/** The line that is read from a connection to which `peer` has access. */
function reading(limit: number): { line: Promise<string | undefined>; peer: Duplex; near: Duplex } {
  const [near, peer] = duplexPair()
  near.on('error', () => {})
  return { line: readLine(near as Socket, limit), peer, near }
}

describe('a line', () => {
  test.each([
    ['in one part', ['abc\n'], 'abc'],
    ['byte by byte', ['a', 'b', 'c', '\n'], 'abc'],
    ['with its end in a part of its own', ['abc', '\n'], 'abc'],
    ['that is empty', ['\n'], ''],
    ['of bytes that are no UTF-8', [Buffer.from([0x61, 0xff, 0x0a])], 'a\u00ff'],
    ['before another', ['abc\ndef\n'], 'abc'],
  ])('%s', async (_, parts, expected) => {
    const { line, peer } = reading(5)
    for (const part of parts) {
      peer.write(part)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await line).toBe(expected)
  })

  test.each(['x', '\n', 'more\nlines\n'])('leaves what came after it: %j', async (rest) => {
    const { line, peer, near } = reading(5)
    peer.end(`abc\n${rest}`)
    expect(await line).toBe('abc')
    expect(await text(near)).toBe(rest)
  })

  test('leaves a connection on which nothing else has come, and nobody listens', async () => {
    const { line, peer, near } = reading(5)
    peer.write('abc\n')
    await line
    for (const event of ['readable', 'end', 'close']) expect(near.listenerCount(event), event).toBe(0)
    peer.end('later')
    expect(await text(near)).toBe('later')
  })
})

describe('its length', () => {
  test.each([[['abcde\n']], [['abcde', '\n']], [['abcd', 'e\n']]])('may be the limit: %j', async (parts) => {
    const { line, peer } = reading(5)
    for (const part of parts) peer.write(part)
    expect(await line).toBe('abcde')
  })

  test.each([[['abcdef\n']], [['abcdef']], [['abcde', 'f']]])(
    'may not be more, whether or not its end has come: %j',
    async (parts) => {
      const { line, peer } = reading(5)
      for (const part of parts) peer.write(part)
      expect(await line).toBeUndefined()
    },
  )
})

describe('no line', () => {
  test('where the peer ends before it does', async () => {
    const { line, peer } = reading(5)
    peer.end('abc')
    expect(await line).toBeUndefined()
  })

  test('where the connection breaks', async () => {
    const { line, peer, near } = reading(5)
    peer.write('abc')
    near.destroy(new Error('broken'))
    expect(await line).toBeUndefined()
  })

  test('where it was over before anybody asked', async () => {
    const [near, peer] = duplexPair()
    peer.end()
    expect(await text(near)).toBe('')
    expect(await readLine(near as Socket, 5)).toBeUndefined()
  })
})
