/**
 * A console that is safe to print on a terminal: control characters are escaped, and a follower is told about lost
 * bytes.
 */
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { followConsole, showConsole } from '../../src/hypervisor/console.ts'

const bytesOf = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text))

describe('a printable console', () => {
  test('keeps text, newlines and tabs', () => {
    expect(showConsole(bytesOf('one\ttwo\nthree ä 🎉'))).toBe('one\ttwo\nthree ä 🎉')
  })

  test.each([
    ['the bell', '\u0007', '\\u0007'],
    ['an escape', '\u001b[2J', '\\u001b[2J'],
    ['a carriage return', 'a\rb', 'a\\u000db'],
    ['delete', '\u007f', '\\u007f'],
    ['the last of C1', '\u009f', '\\u009f'],
  ])('escapes %s with four digits', (_, text, shown) => {
    expect(showConsole(bytesOf(text))).toBe(shown)
  })

  test('escapes the nine characters that change the text direction, and none next to them', () => {
    const steering = '\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'
    for (const character of steering)
      expect(showConsole(bytesOf(character))).toBe(`\\u${character.charCodeAt(0).toString(16)}`)
    expect(showConsole(bytesOf('\u2029\u202f\u2065\u206a'))).toBe('\u2029\u202f\u2065\u206a')
  })
})

/** A console that keeps its newest `room` bytes; its follower starts after `total` bytes. */
function printer(room: number, total = 0) {
  let kept = new Uint8Array(0)
  let count = total
  return {
    print(text: string | Bytes) {
      const bytes = typeof text === 'string' ? bytesOf(text) : text
      const all = new Uint8Array(kept.byteLength + bytes.byteLength)
      all.set(kept)
      all.set(bytes, kept.byteLength)
      kept = all.slice(-room)
      count += bytes.byteLength
    },
    next: followConsole(() => ({ bytes: kept, total: count >>> 0 })),
  }
}

describe('following a console', () => {
  test('returns what was printed since the last call', () => {
    const { print, next } = printer(100)
    expect(next()).toBe('')
    print('one')
    expect(next()).toBe('one')
    expect(next()).toBe('')
    print(' two\u0007')
    expect(next()).toBe(' two\\u0007')
  })

  test('reports lost bytes only if more was printed than is kept', () => {
    const { print, next } = printer(4)
    print('1234')
    expect(next()).toBe('1234')
    print('abcd')
    expect(next()).toBe('abcd')
    print('efghi')
    expect(next()).toBe('\n[1 bytes of the console were lost here]\nfghi')
    print('j')
    expect(next()).toBe('j')
  })

  test('loses nothing when the 32-bit counter wraps around', () => {
    const { print, next } = printer(100, 2 ** 32 - 2)
    // The first call only sets the follower's position.
    next()
    print('abc')
    expect(next()).toBe('abc')
  })

  test('reports 2^31 or more lost bytes', () => {
    const read = { bytes: new Uint8Array(0), total: 0xffffffff }
    expect(followConsole(() => read)()).toBe('\n[4294967295 bytes of the console were lost here]\n')
  })

  test('returns a character only once all its bytes were printed', () => {
    const { print, next } = printer(100)
    const [first, second] = bytesOf('ä')
    print(Uint8Array.of(first!))
    expect(next()).toBe('')
    print(Uint8Array.of(second!))
    expect(next()).toBe('ä')
  })
})
