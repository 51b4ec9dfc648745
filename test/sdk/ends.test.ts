/** How an application ends: its exit code, what it exports by default, and whether that finishes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createParent, type Parent } from '../../src/parent/index.ts'
import { runFile } from './application.ts'

let parent: Parent
beforeAll(async () => {
  parent = await createParent({ vcpus: 1, memoryMiB: 64 })
})
afterAll(() => parent.close())

describe('process.exitCode', () => {
  test.each([
    ['that is not set', 'export default () => {}', 0],
    ['0', 'process.exitCode = 0; export default () => {}', 0],
    ['3', 'process.exitCode = 3; export default () => {}', 1],
    ['"2"', 'process.exitCode = "2"; export default () => {}', 1],
    ['that is unset again', 'process.exitCode = 3; process.exitCode = undefined; export default () => {}', 0],
    [
      'that is set later',
      'export default () => { setTimeout(() => { process.exitCode = 4; console.log(process.exitCode) }, 1) }',
      1,
    ],
    [
      'that is set in the last moment',
      'export default async () => { await null; process.exitCode = 1; console.log(process.exitCode) }',
      1,
    ],
    ['before process.exit()', 'process.exitCode = 3; export default () => process.exit()', 1],
    ['before process.exit(0)', 'process.exitCode = 3; export default () => process.exit(0)', 0],
    ['before process.exit(5)', 'process.exitCode = 0; export default () => process.exit(5)', 1],
  ])('%s', async (_, source, status) => {
    expect((await runFile(parent, source)).end).toEqual({ kind: 'exited', status })
  })

  test('an error that nobody caught ends the enclave whatever it is', async () => {
    const { end } = await runFile(
      parent,
      'process.exitCode = 0; export default () => { throw new Error("no") }',
    )
    expect(end).toMatchObject({ kind: 'trapped', message: expect.stringMatching(/^uncaught Error: no\n/) })
  })
})

describe('a default export', () => {
  const FUNCTION = 'TypeError: the default export of the application is not a function, and nothing else runs'
  test.each(['5', '"text"', 'null', '{ fetch() {} }', '[() => {}]', 'Promise.resolve()'])(
    'that is %s is an error',
    async (value) => {
      const { end, console } = await runFile(parent, `export default ${value}`)
      expect(end).toEqual({ kind: 'trapped', message: `uncaught ${FUNCTION}` })
      expect(console).toContain(FUNCTION)
    },
  )

  test.each([
    ['is not a function, beside a timer', 'setTimeout(() => console.log("ran"), 1); export default 5'],
    ['is undefined', 'console.log("ran"); export default undefined'],
    ['is missing', 'console.log("ran"); export const main = 5'],
    ['is `module.exports`', 'module.exports = () => console.log("ran")'],
    [
      'is `module.exports`, and is not called beside a timer',
      'setTimeout(() => console.log("ran"), 1); module.exports = () => { throw new Error("called") }',
    ],
    ['is a function that returns a value', 'export default () => { console.log("ran"); return 5 }'],
    ['is an async function', 'export default async () => { await null; console.log("ran") }'],
    [
      'finishes later',
      'export default () => new Promise((done) => setTimeout(done, 2)).then(() => console.log("ran"))',
    ],
  ])('that %s is not an error', async (_, source) => {
    expect(await runFile(parent, source)).toEqual({ end: { kind: 'exited', status: 0 }, console: 'ran\n' })
  })

  const UNFINISHED = 'the default export has not finished, and nothing is left that could continue it'
  test.each([
    ['awaits nothing that comes', 'export default async () => { await new Promise(() => {}) }', ''],
    [
      'awaits nothing that comes, while a timer runs',
      'setTimeout(() => console.log("ran"), 2); export default () => new Promise(() => {})',
      'ran\n',
    ],
    ['returns an object whose `then` calls nothing', 'export default () => ({ then() {} })', ''],
  ])('that %s is an error', async (_, source, before) => {
    const { end, console } = await runFile(parent, source)
    expect(end).toEqual({ kind: 'trapped', message: `uncaught Error: ${UNFINISHED}` })
    expect(console).toMatch(new RegExp(`^${before}Uncaught .*${UNFINISHED}`))
  })

  test.each([
    ['throws', 'export default function main() {\n  throw new RangeError("no")\n}'],
    ['rejects', 'export default async function main() {\n  throw new RangeError("no")\n}'],
    ['rejects later', 'export default async function main() {\n  await null; throw new RangeError("no")\n}'],
    [
      'returns an object whose `then` rejects',
      'export default function main() {\n  const error = new RangeError("no"); return { then: (_: unknown, no: (one: Error) => void) => no(error) }\n}',
    ],
  ])('that %s ends the enclave, and its stack is on the console', async (_, source) => {
    const stack = 'RangeError: no\n    at main (index.ts:2)'
    expect(await runFile(parent, source)).toEqual({
      end: { kind: 'trapped', message: `uncaught ${stack}` },
      console: `Uncaught ${stack}\n`,
    })
  })

  test('that is a class is called, and the error says what a class needs', async () => {
    const { end } = await runFile(parent, 'export default class Main {}')
    expect(end).toMatchObject({
      kind: 'trapped',
      message: expect.stringContaining("class constructors must be invoked with 'new'"),
    })
  })
})

describe('what is thrown and is not an Error', () => {
  test.each([
    ['null', 'null', 'null'],
    ['undefined', 'undefined', 'undefined'],
    ['"a text"', '"a text"', "'a text'"],
    ['5n', '5', '5n'],
    ['Symbol("s")', 'Symbol(s)', 'Symbol(s)'],
    ['{ code: 5 }', '[object Object]', '{ code: 5 }'],
    ['[1, 2]', '1,2', '[ 1, 2 ]'],
    ['Object.create(null)', 'an object that cannot be described', '[Object: null prototype] {}'],
    [
      '{ toString() { throw 1 } }',
      'an object that cannot be described',
      '{ toString: [Function: toString] }',
    ],
  ])('%s: the end names it, and the console shows it', async (value, end, shown) => {
    for (const source of [`throw ${value}`, `await null; throw ${value}`])
      expect(await runFile(parent, `export default async () => { ${source} }`)).toEqual({
        end: { kind: 'trapped', message: `uncaught exception that is not an Error: ${end}` },
        console: `Uncaught ${shown}\n`,
      })
  })

  test('a Proxy whose traps throw does not hide that something was thrown', async () => {
    const traps = '{ get() { throw 5 }, getPrototypeOf() { throw 6 } }'
    const { end } = await runFile(parent, `export default () => { throw new Proxy({}, ${traps}) }`)
    const message = 'uncaught exception that is not an Error: an object that cannot be described'
    expect(end).toEqual({ kind: 'trapped', message })
  })
})

test('an AggregateError is shown with the first eight of its errors, and these with their causes', async () => {
  const source = `export default () => {
    const errors = Array.from({ length: 10 }, (_, at) => new Error('number ' + at, { cause: new RangeError('cause ' + at) }))
    throw new AggregateError(errors, 'all')
  }`
  const { message } = (await runFile(parent, source)).end as { message: string }
  expect(message).toMatch(/^uncaught AggregateError: all\n/)
  for (let at = 0; at < 10; at++)
    for (const part of [`\n  [errors]: Error: number ${at}\n`, `\n    [cause]: RangeError: cause ${at}\n`])
      expect([at, message.includes(part)]).toEqual([at, at < 8])
})

describe('an Error whose stack is odd', () => {
  const end = async (change: string) =>
    (
      await runFile(
        parent,
        `export default function main() { const error = new Error("no") as any\n${change}\nthrow error }`,
      )
    ).end
  test.each([
    [
      'a message that was changed later',
      'error.message = "changed"',
      /^uncaught Error: changed\n {4}at main/,
    ],
    ['a name that was changed later', 'error.name = "Own"', /^uncaught Own: no\n {4}at main/],
    ['a stack without the message', 'error.stack = "mine"', /^uncaught Error: no\nmine$/],
    ['a message with half a character', 'error.message = "a\\ud800b"', /^uncaught Error: a\ufffdb\n/],
    ['an empty stack', 'error.stack = ""', /^uncaught Error: no$/],
    ['a stack that is not text', 'error.stack = 5', /^uncaught Error: no$/],
    [
      'a stack that throws',
      'Object.defineProperty(error, "stack", { get() { throw 1 } })',
      /^uncaught an error that cannot be described$/,
    ],
    [
      'a cause that is itself',
      'error.cause = error',
      /^uncaught Error: no\n[\s\S]*\[cause\]: Error: no[\s\S]*\[cause\]: Error: no/,
    ],
  ])('%s', async (_, change, message) => {
    expect(await end(change)).toEqual({ kind: 'trapped', message: expect.stringMatching(message) })
  })
})
