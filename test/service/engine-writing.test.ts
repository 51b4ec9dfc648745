/** The engine's compiled codec writes exactly the values that the host would send, and the host reads the same values. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_DEPTH, MAX_ITEMS, readMessage } from '../../src/service/read-message.ts'
import { assertSendable } from '../../src/service/sendable.ts'
import { writtenValue } from '../guests/written-value.ts'
import { EngineCodec } from './engine-codec.ts'
import { SENDABLE, UNSENDABLE } from './engine-values.ts'

let codec: EngineCodec
beforeAll(async () => {
  codec = await EngineCodec.open()
})
afterAll(() => codec[Symbol.asyncDispose]())

const Code = (() => {}).constructor as new (code: string) => () => unknown

/** Whether the host would send the value of an expression. */
function hostSends(expression: string): boolean {
  try {
    assertSendable(new Code(`return ${expression}`)() as unknown[])
    return true
  } catch {
    return false
  }
}

/** What the engine makes of each expression: the value that the host reads then, or why there is none. */
async function written(expressions: readonly string[], isOnce = false): Promise<string[]> {
  const outcomes = await codec.write(expressions, isOnce)
  return outcomes.map(({ text, written: bytes }) => {
    if (text !== 'evaluated') return text
    const words = Buffer.from(bytes).toString()
    return words === 'unsendable' ? words : writtenValue(readMessage(bytes.subarray(4)))
  })
}

/** A value as it is received: objects have no prototype. */
const received = (expression: string) =>
  writtenValue(new Code(`return ${expression}`)()).replaceAll('not bare ', '')

const nested = (levels: number, innermost: string) => `${'['.repeat(levels)}${innermost}${']'.repeat(levels)}`

describe('a value', () => {
  test('that the host would send is written, and read as the same', async () => {
    expect(SENDABLE.filter((expression) => !hostSends(expression))).toEqual([])
    const expressions = SENDABLE.flatMap((one) => [`(${one})`, `[(${one})]`, `({ member: (${one}) })`])
    const values = await written(expressions)
    for (const [at, value] of values.entries())
      expect(value.slice(0, 10_000), expressions[at]).toBe(received(expressions[at]!).slice(0, 10_000))
  })

  test('that the host would refuse is refused, wherever it is', async () => {
    expect(UNSENDABLE.filter(hostSends)).toEqual([])
    const expressions = UNSENDABLE.flatMap((one) => [`(${one})`, `[1, (${one})]`, `({ member: (${one}) })`])
    const values = await written(expressions)
    expect(expressions.filter((_, at) => values[at] !== 'unsendable')).toEqual([])
  })

  test('that throws while it is read throws that error, and the next is written', async () => {
    const values = await written([
      '({ get x() { throw new RangeError("mine") } })',
      '({ get toJSON() { throw new RangeError("mine") } })',
      '({ get [Symbol.iterator]() { throw new RangeError("mine") } })',
      '({ get [Symbol.toStringTag]() { throw new RangeError("mine") } })',
      '1',
    ])
    expect(values.slice(0, 4)).toEqual(new Array(4).fill('RangeError: mine'))
    expect(values[4]).toBe(received('1'))
  })

  test('is written although its getters change it meanwhile', async () => {
    const values = await written(
      [
        '(() => { const list = [{ get x() { list.length = 0; return 1 } }, 2, 3]; return list })()',
        '(() => { const object = { get a() { delete object.b; return 1 }, b: 2 }; return object })()',
        '(() => { const bytes = new Uint8Array(9); return [{ get x() { bytes.buffer.transfer(); return 1 } }, 2] })()',
      ],
      true,
    )
    expect(values).toEqual(
      ['[{ x: 1 }, undefined, undefined]', '{ a: 1, b: undefined }', '[{ x: 1 }, 2]'].map((expression) =>
        received(`(${expression})`),
      ),
    )
  })
})

describe('the limits are those of the host', () => {
  test(`${MAX_DEPTH} levels`, async () => {
    const expressions = ['[]', '{}', 'new Date(0)', '1', 'new Uint8Array(1)'].flatMap((innermost) =>
      [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1].map((levels) => nested(levels, innermost)),
    )
    const values = await written(expressions)
    expect(values.map((value) => value !== 'unsendable')).toEqual(expressions.map(hostSends))
    expect(values.filter((value) => value === 'unsendable')).toHaveLength(3 * 2 + 2)
  })

  test(`${MAX_ITEMS} values`, async () => {
    const half = MAX_ITEMS / 2
    const object = (count: number) =>
      `Object.fromEntries(Array.from({ length: ${count} }, (_, at) => ['n' + at, 0]))`
    const expressions = [
      `new Array(${MAX_ITEMS - 1}).fill(0)`,
      `new Array(${MAX_ITEMS}).fill(0)`,
      `new Array(${MAX_ITEMS - 1})`,
      `new Array(${MAX_ITEMS})`,
      `new Array(${half - 1}).fill(new Date(0))`,
      `new Array(${half}).fill(new Date(0))`,
      object(half - 1),
      object(half),
      `[new Date(0), ...new Array(${MAX_ITEMS - 3})]`,
      `[new Date(0), ...new Array(${MAX_ITEMS - 2})]`,
    ]
    const values = await written(expressions)
    expect(expressions.map(hostSends)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      true,
      false,
      true,
      false,
    ])
    expect(values.map((value) => value !== 'unsendable')).toEqual(expressions.map(hostSends))
  })
})
