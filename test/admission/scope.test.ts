/** The types that a component defines, with their sizes: read completely, or refused. */
import { describe, expect, it } from 'vitest'
import { ByteReader } from '../../src/admission/byte-reader.ts'
import { newFindings } from '../../src/admission/instructions.ts'
import { Scope } from '../../src/admission/scope.ts'
import type { InstanceType, Type } from '../../src/admission/types.ts'
import type { EnclaveError } from '../../src/base/error.ts'

const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]
const [U8, STRING] = [0x7d, 0x73]

/** Defines types one after the other; returns the last one, or the message of the error. */
function defined(...definitions: readonly (readonly number[])[]): Type | string {
  const scope = new Scope(newFindings())
  const reader = new ByteReader(Uint8Array.from(definitions.flat()))
  try {
    for (const _ of definitions) scope.define(reader)
    return reader.done ? scope.get('type', definitions.length - 1) : `stopped ${reader.left} bytes early`
  } catch (error) {
    return (error as EnclaveError).message
  }
}
const text = (...definitions: readonly (readonly number[])[]) => {
  const type = defined(...definitions)
  return typeof type === 'string' || type.kind === 'instance'
    ? type
    : `${type.kind} ${type.size}: ${type.text}`
}

describe('a type', () => {
  it.each<[number[], string]>([
    [[0x7f], 'value 1: bool'],
    [[STRING], 'value 1: string'],
    [[0x64], 'value 1: error-context'],
    [[0x70, U8], 'value 2: list<u8,>'],
    [[0x67, U8, 3], 'value 4: list3<u8,>'],
    [[0x6b, STRING], 'value 2: option<string,>'],
    [[0x6a, 0, 1, U8], 'value 3: result<_,u8,>'],
    [[0x6a, 1, STRING, 0], 'value 3: result<string,_,>'],
    [[0x6f, 2, U8, STRING], 'value 3: tuple<u8,string,>'],
    [[0x72, 2, ...name('a'), U8, ...name('b'), STRING], 'value 3: record<a:u8,b:string,>'],
    [[0x71, 2, ...name('a'), 0, 0, ...name('b'), 1, U8, 0], 'value 3: variant<a:_,b:u8,>'],
    [[0x6e, 1, ...name('a')], 'value 2: flags<a:_,>'],
    [[0x6d, 2, ...name('a'), ...name('b')], 'value 3: enum<a:_,b:_,>'],
    [[0x66, 1, U8], 'value 2: stream<u8,>'],
    [[0x65, 0], 'value 2: future<_,>'],
    [[0x40, 1, ...name('a'), U8, 0, STRING], 'function 4: func<u8,>-><string,>'],
    [[0x40, 0, 1, 0], 'function 2: func<>-><>'],
    [[0x43, 0, 1, 0], 'function 2: async func<>-><>'],
    [[0x3f, 0x7f, 0], 'resource 1: a resource of its own'],
    [[0x3f, 0x7f, 1, 9], 'resource 1: a resource of its own'],
    [[0x3e, 0x7f, 9, 0], 'resource 1: a resource of its own'],
  ])('%j is read to its last byte', (bytes, expected) => {
    expect(text(bytes)).toBe(expected)
    for (let length = 0; length < bytes.length; length++)
      expect(text(bytes.slice(0, length)), `${length}`).toMatch(/^E_ADMISSION_MALFORMED/)
  })

  it('is identified by its structure', () => {
    const pair = [0x6f, 2, U8, U8]
    expect(text(pair, [0x70, 0])).toBe('value 4: list<tuple<u8,u8,>,>')
    expect(text([0x3f, 0x7f, 0], [0x69, 0])).toBe('value 1: own<a resource of its own>')
    expect(text([0x3f, 0x7f, 0], [0x68, 0])).toBe('value 1: borrow<a resource of its own>')
  })

  it.each<[string, number[][], RegExp]>([
    ['names an undefined type', [[0x70, 0]], /MALFORMED.*a type is not defined/],
    ['names itself', [[U8], [0x70, 1]], /a type is not defined/],
    [
      'has a function as an element',
      [
        [0x40, 0, 1, 0],
        [0x70, 0],
      ],
      /of a type that values do not have/,
    ],
    ['is a handle without a resource', [[U8], [0x69, 0]], /'own' needs a resource/],
    ['is a resource represented by i64', [[0x3f, 0x7e, 0]], /another representation/],
    ['is a variant with a refined case', [[0x71, 1, ...name('a'), 0, 1]], /a reserved byte is set/],
    ['has a presence flag other than 0 and 1', [[0x66, 2, U8]], /neither there nor not/],
    ['has an unknown form', [[0x50, 0]], /E_ADMISSION_FEATURE.*types of form 0x50/],
  ])('that %s is refused', (_, definitions, expected) => {
    expect(text(...definitions)).toMatch(expected)
  })

  it('that doubles at every step is refused beyond a thousand values', () => {
    const doubling = (steps: number) =>
      Array.from({ length: steps }, (_, at) => [0x6f, 2, ...(at === 0 ? [U8, U8] : [at - 1, at - 1])])
    expect(text(...doubling(8))).toMatch(/^value 511: /)
    expect(text(...doubling(9))).toMatch(/^E_ADMISSION_LIMIT.*values of one type.*got 1023/)
  })

  it('that is a list of fixed length counts each of its values', () => {
    expect(text([0x67, U8, 0xe7, 7])).toMatch(/^value 1000: /)
    expect(text([0x67, U8, 0xe8, 7])).toMatch(/got 1001/)
  })
})

describe('an instance type', () => {
  const FUNCTION = [0x40, 0, 1, 0]
  const exported = (text: string, ...type: number[]) => [0x04, 0, ...name(text), ...type]

  it('lists its exports by name', () => {
    const type = defined([
      0x42,
      4,
      ...[0x01, ...FUNCTION],
      ...exported('f', 1, 0),
      ...exported('r', 3, 1),
      ...exported('same', 3, 0, 1),
    ])
    if (typeof type === 'string' || type.kind !== 'instance') throw new Error(`${type}`)
    expect(
      [...type.exports].map(([name, { kind, ...found }]) => [name, kind, 'text' in found && found.text]),
    ).toEqual([
      ['f', 'function', 'func<>-><>'],
      ['r', 'resource', 'r'],
      ['same', 'resource', 'r'],
    ])
  })

  it('may alias a type of the enclosing component', () => {
    // An outer alias: sort type, one scope out, index 0.
    const outer = [0x02, 0x03, 0x02, 1, 0]
    const type = defined(
      [0x70, U8],
      [0x42, 3, ...outer, 0x01, 0x40, 1, ...name('a'), 0, 1, 0, ...exported('f', 1, 1)],
    )
    expect(type).toMatchObject({ kind: 'instance' })
    expect((type as InstanceType).exports.get('f')).toMatchObject({
      text: 'func<list<u8,>,>-><>',
    })
  })

  it.each<[string, number[], RegExp]>([
    ['a core type', [0x42, 1, 0x00], /types of core modules within components/],
    ['an import', [0x42, 1, 0x03, 0, 1, 0x61, 3, 1], /unknown declaration/],
    ['an unknown declaration', [0x42, 1, 0x05], /unknown declaration/],
    [
      'a function that has a value type',
      [0x42, 2, 0x01, U8, ...exported('f', 1, 0)],
      /a function has the type of something else/,
    ],
    ['a module', [0x42, 1, ...exported('m', 0, 0)], /imports or exports of core modules/],
    ['an unknown bound', [0x42, 1, ...exported('t', 3, 2)], /unknown type bound/],
  ])('with %s is refused', (_, bytes, expected) => {
    expect(text(bytes)).toMatch(expected)
  })

  it('has at most eight nested levels', () => {
    const nested = (levels: number): number[] =>
      levels === 0 ? [U8] : [0x42, 1, 0x01, ...nested(levels - 1)]
    expect(defined(nested(7))).toMatchObject({ kind: 'instance' })
    expect(text(nested(8))).toMatch(/E_ADMISSION_LIMIT.*levels of nested components/)
  })
})
