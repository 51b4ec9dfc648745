/** The engine's application: the source from the image, copied into the engine's memory where its `realloc` says. */
import { describe, expect, test } from 'vitest'
import { createApplication } from '../../src/kernel/application.ts'

const SOURCE = new TextEncoder().encode('let ä = 1')
const FILES = new Map([['etc/motd', Uint8Array.of(1, 2)]])
const RESULT = 8

/** An engine that gets the source at the address that `realloc` returns. */
function engine(realloc: (...numbers: number[]) => number) {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const asked: number[][] = []
  const { source, file } = createApplication(SOURCE, FILES, '{"debug":false}', 4096) as {
    source: (() => string) & Record<symbol, (context: unknown) => (result: number) => void>
    file(path: string): Uint8Array | undefined
  }
  const context = {
    memory,
    realloc(...numbers: number[]) {
      asked.push(numbers)
      return realloc(...numbers)
    },
    resourceTables: [],
  }
  return { memory, asked, source, file, give: source[Symbol.for('cabiLower')]!(context) }
}

describe('the source', () => {
  test('is returned as its bytes, once, with their length', () => {
    const { memory, asked, give } = engine(() => 4096)
    give(RESULT)
    expect(asked).toEqual([[0, 0, 1, SOURCE.byteLength]])
    const words = new DataView(memory.buffer, RESULT)
    expect([words.getUint32(0, true), words.getUint32(4, true)]).toEqual([4096, 10])
    expect(new Uint8Array(memory.buffer, 4096, 10)).toEqual(SOURCE)
    expect(new Uint8Array(memory.buffer, 4106, 2)).toEqual(new Uint8Array(2))
  })

  test.each([
    ['its memory is too short', 65536 - 9, RESULT],
    ['the result is beyond its memory', 4096, 65536 - 7],
  ])('traps if %s', (_, pointer, result) => {
    expect(() => engine(() => pointer).give(result)).toThrow(WebAssembly.RuntimeError)
  })

  test('has only its lowered form', () => {
    expect(() => engine(() => 4096).source()).toThrow('lowered function')
  })
})

test('a file is returned only for its own path', () => {
  const { file } = engine(() => 4096)
  expect(file('etc/motd')).toEqual(Uint8Array.of(1, 2))
  expect(file('motd')).toBeUndefined()
})
