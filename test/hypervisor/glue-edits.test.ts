/** The edits of jco's glue, applied to excerpts of jco's output and to guests that fill its tables. */
import { describe, expect, test } from 'vitest'
import { withEdits } from '../../src/hypervisor/glue-edits.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { fromText } from '../support/components.ts'

const BEGINNING = 'export function instantiate(get, imports, core = WebAssembly.instantiate) {'

describe('a known part of the glue', () => {
  test.each([
    [
      'function rscTableRemove(table, handle) {',
      'if (val === 0 || (scope & T_FLAG) !== 0) {',
      'drops handles',
    ],
    [
      'function rscTableCreateOwn(table, rep) {',
      'table._createdReps.add(rep);\n if (free === 0) {\n table.push(0);',
      'makes handles',
    ],
    ['function rscTableCreateBorrow(table, rep, scopeId) {', 'table.push(scopeId);', 'lends handles'],
    ['class RepTable {', 'this.#data.push(val);', 'keeps waitable sets'],
    [
      'function trampoline1(handle) {',
      'const handleEntry = rscTableRemove(handleTable0, handle);\n if (handleEntry.own) {',
      'ends resources',
    ],
  ])('is edited in %s, and rejected if it differs', (part, known, what) => {
    const edited = withEdits(`${BEGINNING} ${part} ${known} }`)
    expect(edited).toContain(`${BEGINNING}\n  let $places = 0`)
    expect(edited).toContain(part)
    expect(edited).not.toContain(`${part} ${known} }`)
    const another = `${BEGINNING} ${part} ${known.replace(/[({;]/g, ' $&')} handleEntry }`
    expect(() => withEdits(another)).toThrow(`the transpiler ${what} in another way than is known`)
    expect(() => withEdits(`${part} ${known} }`)).toThrow('begins its glue in another way')
  })

  test('may be missing', () => {
    expect(withEdits(`${BEGINNING} return {} }`)).toBe(`${BEGINNING} return {} }`)
  })
})

/**
 * A guest that runs `body` `count` times. \`$new\` is the canonical function \`canon\`, \`$drop\` drops its result,
 * \`$at\` counts from 1.
 */
const repeating = (count: number, body: string, canon: string, types: readonly [string, string]) =>
  fromText(`(component
    ${canon}
    (core module $m
      (import "k" "new" (func $new ${types[0]}))
      (import "k" "drop" (func $drop ${types[1]}))
      (func (export "run") (result i32) (local $at i32)
        (loop $again
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          ${body}
          (br_if $again (i32.lt_u (local.get $at) (i32.const ${count}))))
        (i32.const 0)))
    (core instance $i (instantiate $m
      (with "k" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $runs (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $runs)))`)

const OWN = [
  '(type $r (resource (rep i32))) (core func $new (canon resource.new $r)) (core func $drop (canon resource.drop $r))',
  ['(param i32) (result i32)', '(param i32)'],
] as const
const SETS = [
  '(core func $new (canon waitable-set.new)) (core func $drop (canon waitable-set.drop))',
  ['(result i32)', '(param i32)'],
] as const
/** One component creates the resources and the other drops them; the creating component is not notified of the drop. */
const OTHERS = [
  `(component $makes
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core module $m (import "k" "new" (func $new (param i32) (result i32)))
      (func (export "make") (param i32) (result i32) (call $new (local.get 0))))
    (core instance $i (instantiate $m (with "k" (instance (export "new" (func $new))))))
    (export $made "r" (type $r))
    (func (export "make") (param "rep" u32) (result (own $made)) (canon lift (core func $i "make"))))
  (instance $makes (instantiate $makes))
  (alias export $makes "r" (type $r))
  (core func $new (canon lower (func $makes "make")))
  (core func $drop (canon resource.drop $r))`,
  ['(param i32) (result i32)', '(param i32)'],
] as const

async function endOf(count: number, body: string, [canon, types]: typeof OWN | typeof SETS | typeof OTHERS) {
  const { eif } = await buildImage({ app: { component: await repeating(count, body, canon, types) } })
  await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 16, isolation: 'worker' })
  return await enclave.exited
}

describe('a guest', () => {
  const DONE = { kind: 'exited', status: 0 }
  const trapped = (message: string) => ({ kind: 'trapped', message })
  const make = (kind: unknown) => (kind === SETS ? '(drop (call $new))' : '(drop (call $new (i32.const 1)))')

  test.each([
    ['resources of its own', OWN],
    ['waitable sets', SETS],
  ])('can have up to 65,536 %s', async (_, kind) => {
    expect(await endOf(65_536, make(kind), kind)).toEqual(DONE)
    expect(await endOf(65_537, make(kind), kind)).toEqual(trapped('more than 65536 handles are open'))
  })

  test.each([
    ['resources of its own', '(call $drop (call $new (local.get $at)))', OWN],
    ['waitable sets', '(call $drop (call $new))', SETS],
  ])('can create and drop any number of %s', async (_, body, kind) => {
    expect(await endOf(300_000, body, kind)).toEqual(DONE)
  })

  test('whose resources another component drops can create 131,071 distinct ones', async () => {
    const body = '(call $drop (call $new (local.get $at)))'
    expect(await endOf(131_071, body, OTHERS)).toEqual(DONE)
    expect(await endOf(131_072, body, OTHERS)).toEqual(trapped('more than 131072 resources were made'))
    const same = '(call $drop (call $new (i32.and (local.get $at) (i32.const 0xffff))))'
    expect(await endOf(140_000, same, OTHERS)).toEqual(DONE)
  })
})
