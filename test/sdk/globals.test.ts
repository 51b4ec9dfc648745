/** The globals of an enclave: those of ECMAScript and those that `webclave/sdk/globals` declares, as the web has them. */
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

/** QuickJS's own. */
const OWN = ['InternalError']
/** Names that V8 has and the engine does not; `console` is compared with the declarations. */
const MISSING = ['Atomics', 'SharedArrayBuffer', 'Temporal', 'WebAssembly', 'console']

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const standard = runInContext('Object.getOwnPropertyNames(globalThis)', createContext({})) as string[]
const isStandard = (name: string) => standard.includes(name) && name !== 'console'

function declaredNames(): string[] {
  const files = ['globals', 'globals-web', 'globals-streams', 'globals-crypto'].map((name) =>
    readFileSync(new URL(`../../src/sdk/${name}.d.ts`, import.meta.url), 'utf8'),
  )
  const names = files.join('').matchAll(/^declare (?:const|class|function|var) (\w+)/gm)
  return [...new Set(Array.from(names, ([, name]) => name!))]
}

test('every global name is part of ECMAScript or declared', async () => {
  const names = await lab.run<string[]>('return Object.getOwnPropertyNames(globalThis)')
  const nonStandard = names.filter((name) => !isStandard(name) && !OWN.includes(name))
  expect(nonStandard.toSorted()).toEqual(
    declaredNames()
      .filter((name) => !isStandard(name))
      .toSorted(),
  )
  expect(standard.filter((name) => !names.includes(name) && !MISSING.includes(name))).toEqual([])
  for (const name of MISSING.slice(0, -1)) expect(names).not.toContain(name)
})

/** What of globalThis and of a class can be seen without calling anything. */
const SHAPE = `
  const shapeOf = (object, key) => {
    const { get, set, value, enumerable } = Object.getOwnPropertyDescriptor(object, key)
    return [get ? 'getter' : typeof value, Boolean(set), enumerable].join(' ')
  }
  const isOwn = (key) => !['constructor', 'prototype', 'length', 'name', 'arguments', 'caller'].includes(key)
  const isConstant = (key) => /^[A-Z_]+$/.test(key)
  const membersOf = (object) => Object.fromEntries(Object.getOwnPropertyNames(object).filter(isOwn).sort().map((key) => [key, shapeOf(object, key)]))
  const describeClass = (name) => {
    const one = globalThis[name]
    return { name: one.name, tag: one.prototype[Symbol.toStringTag], parent: Object.getPrototypeOf(one.prototype)?.constructor.name, prototype: membersOf(one.prototype), statics: membersOf(one) }
  }
`
interface Shape {
  name: string
  tag: string
  parent: string
  prototype: Record<string, string>
  statics: Record<string, string>
}
const CLASSES = [
  ...[
    'AbortController',
    'AbortSignal',
    'Blob',
    'CustomEvent',
    'Event',
    'EventTarget',
    'File',
    'FormData',
    'Headers',
  ],
  ...['ReadableStream', 'Response', 'TextDecoder', 'TextDecoderStream', 'TextEncoder', 'TextEncoderStream'],
  ...[
    'TransformStream',
    'URL',
    'URLPattern',
    'URLSearchParams',
    'WritableStream',
    'ReadableStreamDefaultReader',
  ],
  ...['ReadableStreamBYOBReader', 'WritableStreamDefaultWriter', 'CountQueuingStrategy', 'Request'],
]
/** Members that only Node or only an enclave has. */
const DIFFERENT = new Set([
  ...[
    'Event.initEvent',
    'EventTarget.on',
    'URL.createObjectURL',
    'URL.revokeObjectURL',
    'URLPattern.compareComponent',
  ],
  ...[
    'Request.isHistoryNavigation',
    'Request.isReloadNavigation',
    'Request.targetAddressSpace',
    'Request.attribute',
  ],
  // Node has them on the class alone.
  ...['Event.NONE', 'Event.CAPTURING_PHASE', 'Event.AT_TARGET', 'Event.BUBBLING_PHASE'],
])
/** Node's are not enumerable, against Web IDL. */
const ENUMERABLE_HERE = ['AbortSignal']
/** Node's have no tag, against Web IDL. */
const TAGGED_HERE = ['TextDecoderStream', 'TextEncoderStream']

test('classes have the members that Node’s have, named, tagged and enumerable alike', async () => {
  const code = `${SHAPE} return ${JSON.stringify(CLASSES)}.map(describeClass)`
  const found = await lab.run<Shape[]>(code)
  const expected = new Function(code)() as Shape[]
  const without = (name: string, members: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(members)
        .filter(([key]) => !DIFFERENT.has(`${name}.${key}`))
        .map(([key, shape]) => [
          key,
          ENUMERABLE_HERE.includes(name) ? shape.replace(/false$/, 'true') : shape,
        ]),
    )
  const compared = (list: Shape[]) =>
    list.map(({ prototype, statics, ...rest }) => ({
      ...rest,
      tag: TAGGED_HERE.includes(rest.name) ? rest.name : rest.tag,
      prototype: without(rest.name, prototype),
      statics: without(rest.name, statics),
    }))
  expect(compared(found)).toEqual(compared(expected))
})

test('classes are not enumerable, and what is loaded on first use is a plain property after it', async () => {
  const shapes = await lab.run<Record<string, unknown>[]>(`
    const attributes = (name) => { const { get, enumerable, configurable, writable } = Object.getOwnPropertyDescriptor(globalThis, name); return { name, lazy: Boolean(get), enumerable, configurable, writable } }
    const before = ['Event', 'console', 'setTimeout', 'ByteLengthQueuingStrategy'].map(attributes)
    ByteLengthQueuingStrategy
    return [...before, attributes('ByteLengthQueuingStrategy')]`)
  const plain = { lazy: false, enumerable: false, configurable: true, writable: true }
  expect(shapes).toEqual([
    { name: 'Event', ...plain },
    { name: 'console', ...plain },
    { name: 'setTimeout', ...plain, enumerable: true },
    { name: 'ByteLengthQueuingStrategy', lazy: true, enumerable: false, configurable: true },
    { name: 'ByteLengthQueuingStrategy', ...plain },
  ])
})

test('a global can be replaced before its first use', async () => {
  expect(
    await lab.run(`globalThis.CountQueuingStrategy = 5
      const replaced = CountQueuingStrategy
      return [replaced, Object.keys(globalThis).includes('CountQueuingStrategy')]`),
  ).toEqual([5, false])
})

test('the table of globals in docs is what the engine has', async () => {
  const code = `${SHAPE}
    const kindOf = (value) => typeof value !== 'function' ? typeof value : value.prototype === undefined || /^[a-z]/.test(value.name) ? 'function' : 'class'
    return Object.getOwnPropertyNames(globalThis).sort().map((name) => {
      const value = globalThis[name]
      const kind = kindOf(value)
      const isHolder = kind === 'class' || (kind === 'object' && value !== globalThis && value !== null)
      const own = isHolder ? Object.keys(membersOf(value)).filter((key) => !isConstant(key)) : []
      const prototype = kind === 'class' ? Object.keys(membersOf(value.prototype)).filter((key) => !isConstant(key)) : kind === 'object' && isHolder ? Object.keys(membersOf(Object.getPrototypeOf(value))) : []
      return { name, kind, own, prototype }
    })`
  await using fresh = await Laboratory.open()
  const rows = await fresh.run<{ name: string; kind: string; own: string[]; prototype: string[] }[]>(code)
  const web = rows.filter(({ name }) => (!isStandard(name) && !OWN.includes(name)) || name === 'Intl')
  const members = ({ name, kind, own, prototype }: (typeof web)[number]) => {
    const isObject = kind === 'object'
    const statics = own.map((key) => (isObject ? key : `${name}.${key}`))
    const inherited = prototype.includes('hasOwnProperty') ? [] : prototype
    return [...statics, ...inherited].map((key) => `\`${key}\``).join(', ')
  }
  const table = web.map((row) => `| \`${row.name}\` | ${row.kind} | ${members(row)} |`)
  const text = readFileSync(new URL('../../docs/globals.md', import.meta.url), 'utf8')
  const intro = text.slice(0, text.indexOf('\n## ECMAScript'))
  const names = rows
    .filter(({ name }) => isStandard(name) && name !== 'Intl')
    .map(({ name }) => `\`${name}\``)
  await expect(
    `${intro}\n## ECMAScript\n\n${names.join(', ')}.\n\n## The web\n\n| Name | Kind | Members |\n| --- | --- | --- |\n${table.join('\n')}\n`,
  ).toMatchFileSnapshot('../../docs/globals.md')
})
