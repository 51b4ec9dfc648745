/**
 * What an enclave's console writes, what structuredClone copies and what TextDecoder reads, against Node: the same
 * expressions are evaluated in both, and both write them on their console.
 */
import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { array, constantFrom, oneof, sample, string, tuple, uint8Array } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave, type Parent } from '../../src/parent/index.ts'
import { connectWhenReady, guestPath, receiveAll, send } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'
import { expressions, leaf, odd, primitive } from './expressions.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 5000 : 250
const END = '--end of one--'

let parent: Parent
let enclave: Enclave
beforeAll(async () => {
  parent = await createParent({ vcpus: 2, memoryMiB: 512 })
  const { eif } = await buildImage({ app: { path: guestPath('console.ts') } })
  enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 128, startTimeout: patience(20_000) })
})
afterAll(() => parent.close())

/** What Node's console writes while `body`, which uses `console`, runs for each of `sources`. */
function inNode(body: string, sources: readonly string[]): string[] {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const own = new Console({ stdout: stream, stderr: stream })
  const perform = new Function('console', 'source', body)
  for (const source of sources) {
    perform(own, source)
    own.log(END)
  }
  return text.split(`${END}\n`)
}

/** The same in the enclave. */
async function inEnclave(body: string, sources: readonly string[]): Promise<string[]> {
  await using socket = await connectWhenReady(enclave, 5000)
  const code = `const perform = new Function('console', 'source', ${JSON.stringify(body)})
    for (const source of ${JSON.stringify(sources)}) {
      perform(console, source)
      console.log(${JSON.stringify(END)})
    }
    return takeConsole()`
  await send(socket, code)
  const reply = JSON.parse(await receiveAll(socket)) as { value?: string; error?: unknown }
  if (reply.value === undefined) throw new Error(`in the enclave: ${JSON.stringify(reply.error)}`)
  return reply.value.split(`${END}\n`)
}

async function compare(body: string, sources: readonly string[]): Promise<void> {
  const found = await inEnclave(body, sources)
  const expected = inNode(body, sources)
  expect(found.map((text, at) => [sources[at], text])).toEqual(
    expected.map((text, at) => [sources[at], text]),
  )
}

test('console.log writes values as Node does', async () => {
  const values = sample(expressions(oneof(primitive, leaf, odd)), RUNS)
  await compare('console.log(eval("(" + source + ")"))', values)
})

test('console.log fills in its format as Node does', async () => {
  const piece = constantFrom('%s', '%d', '%i', '%f', '%j', '%o', '%O', '%c', '%%', '%x', 'a', ' ', '%')
  const formats = sample(
    tuple(array(piece, { maxLength: 4 }), array(oneof(primitive, leaf), { maxLength: 4 })),
    RUNS,
  ).map(([pieces, values]) => [JSON.stringify(pieces.join('')), ...values].join(', '))
  await compare(
    'try { console.log(...eval("[" + source + "]")) } catch (error) { console.log(error.name) }',
    formats,
  )
})

test('console.table draws what Node draws', async () => {
  const cell = constantFrom('1', "'two'", 'null', '{ z: 1 }', '[1, 2]', "'漢字'", 'undefined')
  const row = oneof(
    cell,
    array(tuple(constantFrom('a', 'b', 'c'), cell), { maxLength: 3 }).map(
      (members) => `{ ${members.map(([key, value]) => `${key}: ${value}`).join(', ')} }`,
    ),
  )
  const rows = sample(array(row, { maxLength: 4 }), RUNS / 2).map((list) => list.join(', '))
  const forms = ['[ROWS]', 'new Set([ROWS])', "{ x: [ROWS], y: 'z' }", "new Map([['k', [ROWS]]])"]
  const tables = rows.map((list, at) => forms[at % forms.length]!.replace('ROWS', list))
  await compare('console.table(eval("(" + source + ")"))', [...tables, '5', "'text'"])
  await compare('console.table(eval("(" + source + ")"), ["b", "none", "a"])', tables.slice(0, 30))
})

test('objects of the web are shown as Node shows them', async () => {
  const objects = [
    ...[
      'new Headers()',
      "new Headers({ a: '1', b: '2' })",
      'new URLSearchParams()',
      "new URLSearchParams('a=1')",
    ],
    ...["new URLSearchParams('a=1&b=2')", "new URL('http://u:p@h:5/a?b=c#d')", 'new EventTarget()'],
    ...[
      "new Blob(['x'], { type: 'a/b' })",
      'new WritableStream()',
      'crypto.subtle',
      'new Headers().keys().next()',
    ],
  ]
  const within = objects.flatMap((one) => [`{ a: [${one}] }`, `[[[[${one}]]]]`])
  await compare('console.log(eval("(" + source + ")"))', [...objects, ...within])
  const signals = ['new AbortController()', "AbortSignal.abort('why')"]
  expect(await inEnclave('console.log(eval("(" + source + ")"))', signals)).toEqual([
    'AbortController { signal: AbortSignal { aborted: false, reason: undefined } }\n',
    "AbortSignal { aborted: true, reason: 'why' }\n",
    '',
  ])
})

test('console.group, count, assert, dir and their like write what Node writes', async () => {
  const calls = [
    "console.group('A'); console.log('x\\ny'); console.group(); console.error('z'); console.groupEnd(); console.groupEnd(); console.groupEnd(); console.log('w')",
    "console.count(); console.count(); console.count('k'); console.countReset(); console.count()",
    "console.assert(true, 'no'); console.assert(false); console.assert(0, 'a %s', 'b'); console.assert(null, { a: 1 })",
    'console.dir({ a: { b: { c: { d: 1 } } } }, { depth: 0 }); console.dirxml([1], [2])',
    "console.log('%s: %s', 'a')",
    "console.info('i'); console.debug('%d', '5'); console.warn(1, 'w'); console.log(); console.log('%s')",
    'console.groupCollapsed(1); console.table([1]); console.groupEnd()',
  ]
  await compare('eval(source)', calls)
})

test('structuredClone copies what Node copies, and refuses what Node refuses', async () => {
  const sources = sample(expressions(oneof(primitive, leaf, { arbitrary: odd, weight: 1 })), RUNS)
  const body = `let copy
    try { copy = [structuredClone(eval("(" + source + ")"))] } catch (error) { copy = error.name }
    console.log(copy)`
  await compare(body, sources)
})

test('TextDecoder reads bytes as Node does', async () => {
  const unit = constantFrom(
    0,
    0x41,
    0x7f,
    0x80,
    0x9f,
    0xbf,
    0xc2,
    0xd8,
    0xdc,
    0xe0,
    0xed,
    0xef,
    0xbb,
    0xf0,
    0xf4,
    0xfe,
    0xff,
  )
  const cases = sample(
    tuple(
      constantFrom('utf-8', 'utf-16le', 'utf-16be', 'latin1'),
      constantFrom(...['{}', '{ fatal: true }', '{ ignoreBOM: true }']),
      oneof(
        array(unit, { maxLength: 12 }),
        uint8Array({ maxLength: 8 }).map((bytes) => [...bytes]),
      ),
      array(unit, { maxLength: 3 }),
    ),
    RUNS * 2,
  ).map((one) => JSON.stringify(one))
  const body = `const [label, options, first, second] = JSON.parse(source)
    const decoder = new TextDecoder(label, eval("(" + options + ")"))
    const units = (text) => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).join(' ')
    try {
      const one = decoder.decode(Uint8Array.from(first), { stream: true })
      console.log(units(one + decoder.decode(Uint8Array.from(second))))
    } catch (error) { console.log(error.name) }`
  await compare(body, cases)
})

test('TextEncoder writes a string as Node does', async () => {
  const texts = sample(string({ unit: 'binary', maxLength: 6 }), RUNS).map((text) => JSON.stringify(text))
  const body = `const text = JSON.parse(source)
    console.log(new TextEncoder().encode(text), new TextEncoder().encodeInto(text, new Uint8Array(7)))`
  await compare(body, texts)
})
