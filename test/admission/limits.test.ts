/** A component just beyond a limit of `limits.ts` is refused with the item's name, its value and the limit. */
import { describe, expect, it } from 'vitest'
import { LIMITS, type LimitedItem, NAME_LIMIT } from '../../src/admission/index.ts'
import { u32 } from '../../src/admission/rewrite.ts'
import { concatBytes } from '../../src/base/bytes.ts'
import { refused } from './support.ts'

const PREAMBLE = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]
const CORE_PREAMBLE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

type Piece = readonly number[] | Uint8Array

function join(...pieces: readonly Piece[]): Uint8Array {
  return concatBytes(...pieces.map((piece) => Uint8Array.from(piece)))
}

function section(id: number, ...pieces: readonly Piece[]): Uint8Array {
  const payload = join(...pieces)
  return join([id, ...u32(payload.length)], payload)
}

const component = (...sections: readonly Piece[]) => join(PREAMBLE, ...sections)
const module = (...sections: readonly Piece[]) => section(1, CORE_PREAMBLE, ...sections)
/** A vector of `count` copies of `item`. */
const many = (count: number, ...item: number[]) =>
  join(
    u32(count),
    Uint8Array.from({ length: count * item.length }, (_, at) => item[at % item.length]!),
  )
const times = (count: number, piece: Piece) => join(...Array.from({ length: count }, () => piece))

/** A component with one module of one function. */
function body(...code: readonly Piece[]): Uint8Array {
  const bytes = join(...code, [0x0b])
  return component(
    module(section(1, [1, 0x60, 0, 0]), section(3, [1, 0]), section(10, [1], u32(bytes.length), bytes)),
  )
}

function nested(levels: number): Uint8Array {
  return levels === 0 ? component() : component(section(4, nested(levels - 1)))
}

const beyond = (item: LimitedItem) => LIMITS[item] + 1
const cases: Partial<Record<LimitedItem, () => Uint8Array>> = {
  'bytes of the component': () => {
    const large = new Uint8Array(beyond('bytes of the component'))
    large.set(PREAMBLE)
    return large
  },
  'levels of nested components': () => nested(LIMITS['levels of nested components']),
  components: () => component(times(LIMITS.components, section(4, PREAMBLE))),
  'core modules': () => component(times(beyond('core modules'), module())),
  'component sections': () => component(times(beyond('component sections'), section(0, [0]))),
  'core instances': () => component(module(), section(2, many(beyond('core instances'), 0, 0, 0))),
  'items of component instances': () =>
    component(section(4, component(section(6, many(1000, 3, 2, 0, 0)))), section(5, many(201, 0, 0, 0))),
  'component items': () => component(section(6, many(beyond('component items'), 3, 2, 0, 0))),
  types: () => component(module(section(1, many(beyond('types'), 0x60, 0, 0)))),
  'bytes of types': () => component(section(7, new Uint8Array(beyond('bytes of types')))),
  'parts of types': () => component(section(7, [66], times(66, join([0x6d], many(999, 1, 0x61))))),
  // Each of the two is twice the one before.
  'values of one type': () =>
    component(
      section(
        7,
        [10],
        ...Array.from({ length: 10 }, (_, at) => [0x6f, 2, ...(at === 0 ? [0x7d, 0x7d] : [at - 1, at - 1])]),
      ),
    ),
  'converted values': () =>
    component(
      section(7, [1, 0x40], many(998, 1, 0x61, 0x7d), [1, 0]),
      section(8, many(17, 0x00, 0, 0, 0, 0)),
    ),
  'values of function types': () => {
    const one = join([0x60], many(1000, 0x7f), [0])
    const count = Math.floor(LIMITS['values of function types'] / 1000) + 1
    return component(module(section(1, u32(count), times(count, one))))
  },
  'values of one function type': () =>
    component(module(section(1, [1, 0x60], many(beyond('values of one function type'), 0x7f), [0]))),
  imports: () => component(module(section(2, many(beyond('imports'), 0, 0, 0, 0)))),
  exports: () => component(module(section(7, many(beyond('exports'), 0, 0, 0)))),
  functions: () => component(module(section(3, many(beyond('functions'), 0)))),
  'bytes of one function body': () => body([0], new Uint8Array(LIMITS['bytes of one function body']).fill(1)),
  'locals of one function': () => body([1], u32(beyond('locals of one function')), [0x7f]),
  locals: () => {
    const one = join([6, 1], u32(LIMITS['locals of one function']), [0x7f, 0x0b])
    const count = LIMITS.locals / LIMITS['locals of one function'] + 1
    return component(
      module(
        section(1, [1, 0x60, 0, 0]),
        section(3, many(count, 0)),
        section(10, u32(count), times(count, one)),
      ),
    )
  },
  'results of one function type': () => component(module(section(1, [1, 0x60, 0], many(9, 0x7f)))),
  'nested blocks': () => body([0], times(LIMITS['nested blocks'], [0x02, 0x40])),
  'branches of one br_table': () => body([0, 0x0e], many(beyond('branches of one br_table'), 0), [0]),
  globals: () => component(module(section(6, many(beyond('globals'), 0x7f, 0, 0x41, 0, 0x0b)))),
  tables: () => component(module(section(4, many(beyond('tables'), 0x70, 0, 0)))),
  'element segments': () => component(module(section(9, many(beyond('element segments'), 1, 0, 0)))),
  'elements of segments': () =>
    component(module(section(9, [1, 1, 0], many(beyond('elements of segments'), 0)))),
  'data segments': () => component(module(section(11, many(beyond('data segments'), 1, 0)))),
}

it('the limits have these values', () => {
  expect(LIMITS).toEqual({
    'bytes of the component': 67_108_864,
    'levels of nested components': 8,
    components: 256,
    'core modules': 64,
    'component sections': 20_000,
    'core instances': 256,
    'component items': 100_000,
    'items of component instances': 200_000,
    types: 8192,
    'bytes of types': 262_144,
    'parts of types': 65_536,
    'values of one type': 1000,
    'converted values': 16_384,
    'values of one function type': 1000,
    'values of function types': 131_072,
    imports: 10_000,
    exports: 20_000,
    functions: 100_000,
    'bytes of one function body': 1_048_576,
    'locals of one function': 20_000,
    locals: 1_000_000,
    'results of one function type': 8,
    'nested blocks': 4096,
    'branches of one br_table': 16_384,
    globals: 10_000,
    tables: 64,
    'element segments': 10_000,
    'elements of segments': 500_000,
    'data segments': 50_000,
  })
  expect(NAME_LIMIT).toBe(1024)
})

describe('a component is refused beyond the limit of', () => {
  it.each(Object.keys(LIMITS) as LimitedItem[])('%s', (item) => {
    const error = refused(cases[item]!())
    expect(error.code).toBe('E_ADMISSION_LIMIT')
    expect(error.message).toContain(item)
    expect(error.expected).toContain(`${LIMITS[item]}`)
    expect(Number(error.got)).toBeGreaterThan(LIMITS[item])
  })
})

it('refuses a name of 1,025 bytes', () => {
  const bytes = component(module(section(7, [1], many(NAME_LIMIT + 1, 0x61), [0, 0])))
  expect(refused(bytes)).toMatchObject({ code: 'E_ADMISSION_LIMIT', got: '1025' })
})

describe('sections of unsupported features', () => {
  it.each([
    ['component start functions', 9],
    ['component values', 12],
  ])('%s are refused as such', (name, id) => {
    expect(refused(component(section(id, [0])))).toMatchObject({
      code: 'E_ADMISSION_FEATURE',
      message: expect.stringContaining(name),
    })
  })
})

describe('a malformed component is refused', () => {
  const huge = [0xff, 0xff, 0xff, 0xff, 0x0f]
  it.each([
    ['a section of 4 GiB', component([1, ...huge])],
    ['a vector of 4 G types', component(module(section(1, huge)))],
    ['a vector of 4 G items', component(section(10, huge))],
    ['a data segment of 4 GiB', component(module(section(11, [1, 1], huge)))],
    ['a name of 4 GiB', component(module(section(7, [1], huge)))],
    ['4 G groups of locals', body(huge)],
    ['an integer of 36 bits', component([1, 0xff, 0xff, 0xff, 0xff, 0x1f])],
    ['an integer of six bytes', component([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0])],
    ['an i32 of 33 bits', body([0, 0x41, 0xff, 0xff, 0xff, 0xff, 0x4f])],
    ['functions without bodies', component(module(section(1, [1, 0x60, 0, 0]), section(3, [1, 0])))],
    ['a section in the wrong order', component(module(section(3, [0]), section(1, [0])))],
    ['a section twice', component(module(section(1, [0]), section(1, [0])))],
    ['a section that is too long', component(module(section(1, [0, 0])))],
    ['an instance of a missing module', component(section(2, [1, 0, 0, 0]))],
    ['a body that ends too early', body([0, 0x0b])],
    ['an instance of an unknown form', component(section(5, [1, 2, 0]))],
    ['a core instance of an unknown form', component(section(2, [1, 2, 0]))],
    ['an argument that is not an instance', component(module(), section(2, [1, 0, 0, 1, 1, 0x61, 0x11, 0]))],
    ['an instance of a missing component', component(section(5, [1, 0, 0, 0]))],
    ['an alias of an unknown kind', component(section(6, [1, 1, 3, 0, 0]))],
    ['an export with an unknown type ascription', component(section(11, [1, 0, 1, 0x61, 1, 0, 2]))],
    ['a section of an unknown kind', component(section(13, [0]))],
    ['a memory above 4 GiB', component(module(section(5, [1, 0, 0x81, 0x80, 0x04])))],
    ['a maximum below the minimum', component(module(section(5, [1, 1, 2, 1])))],
  ])('%s', (_, bytes) => {
    expect(refused(bytes).code).toBe('E_ADMISSION_MALFORMED')
  })
})
