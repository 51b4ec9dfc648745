/** Handles of resources: what they refer to, who owns them, and that all other numbers are rejected. */
import { describe, expect, test } from 'vitest'
import { defineResource, otherTable, type ResourceObject, withLowering } from '../../src/kernel/resource.ts'
import { guest, handleTable, methodOf, rawOf } from './rig.ts'

const REP = Symbol.for('cabiRep')
const DISPOSE = Symbol.for('cabiDispose')
const OWN = 1 << 30
const DROPPED = 'dropped or belongs to another resource type'
const MAX_OPEN = 16_384

class Apple {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
class Pear {}

/** A resource type, and the names of its dropped resources. */
function apples() {
  const dropped: string[] = []
  const type = defineResource(
    Apple,
    {
      nameOf: { call: ({ name }, suffix: string = '') => name + suffix },
      raw: { call: () => 0, lower: (_, find) => (handle: number) => find(handle).state.name },
    },
    ({ name }) => void dropped.push(name),
  )
  return { type, dropped }
}
const repOf = (object: ResourceObject) => (object as Record<symbol, number>)[REP]!
const dispose = (object: ResourceObject) => (object as unknown as Disposable)[Symbol.dispose]()
const disposeRep = (type: { resourceClass: unknown }, rep: number) =>
  (type.resourceClass as Record<symbol, (rep: number) => void>)[DISPOSE]!(rep)

describe('a resource object', () => {
  test('represents its state until it is disposed of, which calls drop once', () => {
    const { type, dropped } = apples()
    const [one, two] = [type.create(new Apple('one')), type.create(new Apple('two'))]
    expect([type.stateOf(one).name, type.stateOf(two).name]).toEqual(['one', 'two'])
    expect((one as unknown as { nameOf(suffix: string): string }).nameOf('!')).toBe('one!')
    dispose(one)
    dispose(one)
    expect(dropped).toEqual(['one'])
    expect(() => type.stateOf(one)).toThrow(DROPPED)
    expect(type.stateOf(two).name).toBe('two')
    disposeRep(type, repOf(two))
    disposeRep(type, repOf(two))
    expect(dropped).toEqual(['one', 'two'])
  })

  test('of another type, or of no type, is rejected', () => {
    const { type, dropped } = apples()
    const pears = defineResource(Pear, {})
    const pear = pears.create(new Pear())
    expect(() => type.stateOf(pear)).toThrow(DROPPED)
    disposeRep(type, repOf(pear))
    expect(pears.stateOf(pear)).toBeInstanceOf(Pear)
    expect(() => type.stateOf(Object.create(type.resourceClass.prototype))).toThrow(DROPPED)
    dispose(Object.create(type.resourceClass.prototype))
    expect(dropped).toEqual([])
    dispose(pear)
    expect(() => pears.stateOf(pear)).toThrow(DROPPED)
  })

  test('has methods that cannot be replaced', () => {
    const { type } = apples()
    expect(Reflect.set(type.resourceClass.prototype, 'nameOf', () => 'another')).toBe(false)
  })
})

describe('a table of handles', () => {
  test('contains pairs: the free list, and owned handles', () => {
    const { type } = apples()
    const table = handleTable()
    const handles = ['a', 'b'].map((name) => type.createHandle(new Apple(name), table))
    expect(handles).toEqual([1, 2])
    expect(table).toHaveLength(6)
    expect([table[2], table[4]]).toEqual([0, 0])
    expect([table[3]! & OWN, table[5]! & OWN]).toEqual([OWN, OWN])
    expect(handles.map((handle) => type.find([table], handle).state.name)).toEqual(['a', 'b'])
  })

  test('reuses free entries first, as the glue’s free list says', () => {
    const { type } = apples()
    const table = handleTable()
    for (const name of ['a', 'b', 'c']) type.createHandle(new Apple(name), table)
    // The glue frees the second and then the third entry, so the third is reused first.
    for (const handle of [2, 3]) {
      table[handle << 1] = table[0]! | OWN
      table[(handle << 1) + 1] = 0
      table[0] = handle | OWN
    }
    expect([1, 2, 3].map(() => type.createHandle(new Apple('new'), table))).toEqual([3, 2, 4])
    expect([1, 2, 3, 4].map((handle) => type.find([table], handle).state.name)).toEqual([
      'a',
      'new',
      'new',
      'new',
    ])
  })

  test('accepts an existing resource by its object', () => {
    const { type } = apples()
    const table = handleTable()
    const object = type.create(new Apple('a'))
    const handle = type.giveHandle(object, table)
    expect(type.find([table], handle)).toEqual({ state: type.stateOf(object), table })
    expect(table[3]).toBe(repOf(object) | OWN)
  })
})

describe('a handle', () => {
  test('is found in any of the tables', () => {
    const { type } = apples()
    const [one, two] = [handleTable(), handleTable()]
    type.createHandle(new Apple('a'), two)
    expect(type.find([one, two], 1).table).toBe(two)
    const { context } = guest(1, [one, two])
    expect(rawOf(methodOf(type.resourceClass, 'raw'), context)(1)).toBe('a')
  })

  // The last number differs from 1 only in its sign bit, which a shift loses.
  test.each([0, 2, 3, -1, -2, 2 ** 30, -(2 ** 31), 1 - 2 ** 31])('of %d is invalid', (handle) => {
    const { type } = apples()
    const table = handleTable()
    type.createHandle(new Apple('a'), table)
    expect(() => type.find([table], handle)).toThrow(DROPPED)
  })

  test('is invalid if its entry is free, dropped or of another type', () => {
    const { type } = apples()
    const table = handleTable()
    const handle = type.createHandle(new Apple('a'), table)
    const pear = defineResource(Pear, {}).createHandle(new Pear(), table)
    expect(() => type.find([table], pear)).toThrow(DROPPED)
    const entry = table[3]!
    table[2] = OWN
    expect(() => type.find([table], handle)).toThrow(DROPPED)
    table[2] = 0
    expect(type.find([table], handle).state.name).toBe('a')
    disposeRep(type, entry & ~OWN)
    expect(() => type.find([table], handle)).toThrow(DROPPED)
  })

  test('is read from its table without the ownership flag', () => {
    const { type } = apples()
    const table = handleTable()
    const object = type.create(new Apple('borrowed'))
    table.push(0, repOf(object))
    expect(type.find([table], 1).state.name).toBe('borrowed')
  })
})

test('reps are reused: there are never more of them than open handles', () => {
  const { type } = apples()
  const seen = new Set<number>()
  const open = () => {
    const object = type.create(new Apple('a'))
    seen.add(repOf(object))
    return object
  }
  const kept = [open(), open()]
  for (let times = 0; times < 100; times++) dispose(open())
  expect(seen.size).toBe(3)
  expect(kept.map((each) => type.stateOf(each).name)).toEqual(['a', 'a'])
  for (const object of kept) dispose(object)
})

test('the other one of two tables is found, if there are exactly two', () => {
  const [one, two, three] = [handleTable(), handleTable(), handleTable()]
  expect(otherTable([one, two], one)).toBe(two)
  expect(otherTable([one, two], two)).toBe(one)
  for (const wrong of [[one], [one, one], [two, three, one], []])
    expect(() => otherTable(wrong, one)).toThrow('unexpected handle tables')
})

test('a method has a lowered form only if one was given', () => {
  const { type } = apples()
  expect(Object.getOwnPropertySymbols(methodOf(type.resourceClass, 'nameOf'))).toEqual([])
  expect(Object.getOwnPropertySymbols(methodOf(type.resourceClass, 'raw'))).toEqual([Symbol.for('cabiLower')])
})

test('withLowering attaches a lowered form to a function', () => {
  const call = withLowering(
    () => 1,
    ({ memory }) =>
      () =>
        memory.buffer.byteLength,
  )
  expect(call()).toBe(1)
  expect(rawOf(call, guest(2).context)()).toBe(131_072)
})

test('at most 16,384 are open; after one was dropped, another can be opened', () => {
  const { type } = apples()
  const faces: ResourceObject[] = []
  const open = () => faces.push(type.create(new Apple('a')))
  // Those left open by other tests of this file count, too.
  expect(() => {
    while (faces.length <= MAX_OPEN) open()
  }).toThrow(`more than ${MAX_OPEN} handles are open`)
  const most = faces.length
  dispose(faces.pop()!)
  open()
  expect(faces).toHaveLength(most)
  expect(open).toThrow(`more than ${MAX_OPEN} handles are open`)
  expect(new Set(faces.map(repOf)).size).toBe(most)
  for (const object of faces) dispose(object)
})
