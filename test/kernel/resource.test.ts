/** Handles: what they stand for, who holds them, and that no other number is taken for one. */
import { describe, expect, test } from 'vitest'
import { defineResource, otherTable, type ResourceObject, withLowering } from '../../src/kernel/resource.ts'
import { guest, handleTable, methodOf, rawOf } from './rig.ts'

const REP = Symbol.for('cabiRep')
const DISPOSE = Symbol.for('cabiDispose')
const OWN = 1 << 30
const GONE = 'dropped or belongs to another resource type'
const MOST = 16_384

class Apple {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}
class Pear {}

/** Apples, and the names of those that were dropped. */
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
    expect(() => type.stateOf(one)).toThrow(GONE)
    expect(type.stateOf(two).name).toBe('two')
    disposeRep(type, repOf(two))
    disposeRep(type, repOf(two))
    expect(dropped).toEqual(['one', 'two'])
  })

  test('of another type, or of none, is refused', () => {
    const { type, dropped } = apples()
    const pears = defineResource(Pear, {})
    const pear = pears.create(new Pear())
    expect(() => type.stateOf(pear)).toThrow(GONE)
    disposeRep(type, repOf(pear))
    expect(pears.stateOf(pear)).toBeInstanceOf(Pear)
    expect(() => type.stateOf(Object.create(type.resourceClass.prototype))).toThrow(GONE)
    dispose(Object.create(type.resourceClass.prototype))
    expect(dropped).toEqual([])
    dispose(pear)
    expect(() => pears.stateOf(pear)).toThrow(GONE)
  })

  test('has methods that cannot be replaced', () => {
    const { type } = apples()
    expect(Reflect.set(type.resourceClass.prototype, 'nameOf', () => 'another')).toBe(false)
  })
})

describe('a table of handles', () => {
  test('holds pairs: the free list, and owned handles', () => {
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
    // The glue frees the second and then the third: the third is first, the second next.
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

  // The last one is 1 but for its sign, which a shift loses.
  test.each([0, 2, 3, -1, -2, 2 ** 30, -(2 ** 31), 1 - 2 ** 31])('of %d is invalid', (handle) => {
    const { type } = apples()
    const table = handleTable()
    type.createHandle(new Apple('a'), table)
    expect(() => type.find([table], handle)).toThrow(GONE)
  })

  test('is invalid if its entry is free, dropped or of another type', () => {
    const { type } = apples()
    const table = handleTable()
    const handle = type.createHandle(new Apple('a'), table)
    const pear = defineResource(Pear, {}).createHandle(new Pear(), table)
    expect(() => type.find([table], pear)).toThrow(GONE)
    const entry = table[3]!
    table[2] = OWN
    expect(() => type.find([table], handle)).toThrow(GONE)
    table[2] = 0
    expect(type.find([table], handle).state.name).toBe('a')
    disposeRep(type, entry & ~OWN)
    expect(() => type.find([table], handle)).toThrow(GONE)
  })

  test('is read from its table without the ownership flag', () => {
    const { type } = apples()
    const table = handleTable()
    const object = type.create(new Apple('borrowed'))
    table.push(0, repOf(object))
    expect(type.find([table], 1).state.name).toBe('borrowed')
  })
})

test('reps are given out again: no more of them are ever seen than handles are open at a time', () => {
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

test('of two tables the other one is found, and there are two', () => {
  const [one, two, three] = [handleTable(), handleTable(), handleTable()]
  expect(otherTable([one, two], one)).toBe(two)
  expect(otherTable([one, two], two)).toBe(one)
  for (const wrong of [[one], [one, one], [two, three, one], []])
    expect(() => otherTable(wrong, one)).toThrow('unexpected handle tables')
})

test('a method has a lowered form only if one is given', () => {
  const { type } = apples()
  expect(Object.getOwnPropertySymbols(methodOf(type.resourceClass, 'nameOf'))).toEqual([])
  expect(Object.getOwnPropertySymbols(methodOf(type.resourceClass, 'raw'))).toEqual([Symbol.for('cabiLower')])
})

test('a function has its lowered form attached', () => {
  const call = withLowering(
    () => 1,
    ({ memory }) =>
      () =>
        memory.buffer.byteLength,
  )
  expect(call()).toBe(1)
  expect(rawOf(call, guest(2).context)()).toBe(131_072)
})

test('at most 16,384 are open, and another is possible when one has been dropped', () => {
  const { type } = apples()
  const faces: ResourceObject[] = []
  const open = () => faces.push(type.create(new Apple('a')))
  // Those that other tests of this file have left open count too.
  expect(() => {
    while (faces.length <= MOST) open()
  }).toThrow(`more than ${MOST} handles are open`)
  const most = faces.length
  dispose(faces.pop()!)
  open()
  expect(faces).toHaveLength(most)
  expect(open).toThrow(`more than ${MOST} handles are open`)
  expect(new Set(faces.map(repOf)).size).toBe(most)
  for (const object of faces) dispose(object)
})
