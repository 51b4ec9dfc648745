/** Expressions of JavaScript, for values of all kinds. */
import { type Arbitrary, array, constantFrom, letrec, oneof, tuple } from 'fast-check'

/** Primitive values. */
export const primitive: Arbitrary<string> = constantFrom(
  ...[
    '0',
    '-0',
    '1.5',
    'NaN',
    '-Infinity',
    '1e21',
    '12n',
    'true',
    'null',
    'undefined',
    "''",
    "'it\\'s'",
    "'a\\nb'",
  ],
  ...["'\\u0000\\x7f'", "'é😀'", "'\\ud800'", '`"\'`', "'x'.repeat(120)", "'word '.repeat(30)"],
)
/** Objects that can be copied. */
export const leaf: Arbitrary<string> = constantFrom(
  ...['new Date(0)', 'new Date(NaN)', '/a\\/b/gi', 'new Uint8Array([1, 2, 255])', 'new Float64Array(2)'],
  ...['new ArrayBuffer(3)', 'new DataView(new ArrayBuffer(2))', 'Object(1)', "Object('ab')", 'Object(false)'],
  '(() => { const buffer = new ArrayBuffer(8, { maxByteLength: 8 }), view = new Uint8Array(buffer, 4); buffer.resize(2); return view })()',
  '(() => { const buffer = new ArrayBuffer(8), view = new Uint8Array(buffer); buffer.transfer(); return view })()',
  '(() => { const buffer = new ArrayBuffer(8); buffer.transfer(); return buffer })()',
  ...[
    'new ArrayBuffer(2, { maxByteLength: 5 })',
    'new BigInt64Array(1)',
    '[1, , 3]',
    '{}',
    '[]',
    'new Map()',
    'new Set()',
    'new Uint8Array(200)',
  ],
)
/** Objects and functions that are shown or copied in a special way, or not at all. */
export const odd: Arbitrary<string> = constantFrom(
  ...[
    'Symbol("s")',
    'Symbol.iterator',
    'function named() {}',
    '() => 1',
    'async () => {}',
    'function* make() {}',
  ],
  ...[
    'class Some {}',
    'class More extends Array {}',
    'new (class Thing { own = 1 })()',
    'Object.create(null)',
  ],
  ...[
    'new WeakMap()',
    'Promise.resolve(4)',
    'new Promise(() => {})',
    '[1].values()',
    'Math',
    'JSON',
    'globalThis.nothing',
  ],
  ...[
    '{ get a() { return 1 }, set a(b) {} }',
    '{ [Symbol("k")]: 1 }',
    '(function () { return arguments })(1, 2)',
  ],
  ...['(() => { const o = { a: 1 }; o.self = o; return o })()', 'Object.assign(() => {}, { a: 1 })'],
)

/** Arrays, objects, Maps and Sets of `leaves`. */
export const expressions = (leaves: Arbitrary<string>): Arbitrary<string> =>
  letrec<{ any: string }>((tie) => ({
    any: oneof(
      { maxDepth: 4, depthSize: 'medium' },
      leaves,
      array(tie('any'), { maxLength: 7 }).map((items) => `[${items.join(', ')}]`),
      array(tuple(constantFrom('a', 'b', "'c d'", '1', 'longName'), tie('any')), { maxLength: 5 }).map(
        (members) => `{ ${members.map(([key, value]) => `${key}: ${value}`).join(', ')} }`,
      ),
      array(tuple(tie('any'), tie('any')), { maxLength: 3 }).map(
        (pairs) => `new Map([${pairs.map((pair) => `[${pair.join(', ')}]`).join(', ')}])`,
      ),
      array(tie('any'), { maxLength: 4 }).map((items) => `new Set([${items.join(', ')}])`),
    ),
  })).any
