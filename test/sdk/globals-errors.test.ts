/** Errors that nobody caught: what a listener gets, what is on the console, and how the enclave ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createParent, type Parent } from '../../src/parent/index.ts'
import { runApplication } from './application.ts'

let parent: Parent
beforeAll(async () => {
  parent = await createParent({ vcpus: 4, memoryMiB: 1024 })
})
afterAll(() => parent.close())

/** Runs `main`, the body of an application's function, to its end. */
const run = (main: string) =>
  runApplication(parent, { source: `exports.default = async function main() {\n${main}\n}` })
const DONE = { kind: 'exited', status: 0 }

describe('an error that nobody caught', () => {
  test.each([
    ['is thrown by the application', 'throw new RangeError("a reason")'],
    ['is thrown by a timer', 'setTimeout(() => { throw new RangeError("a reason") }, 1)'],
    ['is thrown by a microtask', 'queueMicrotask(() => { throw new RangeError("a reason") })'],
    ['rejects a promise', 'Promise.reject(new RangeError("a reason")); setTimeout(() => {}, 1000000)'],
    ['is reported', 'reportError(new RangeError("a reason")); setTimeout(() => {}, 1000000)'],
    [
      'is thrown by a listener',
      'const target = new EventTarget(); target.addEventListener("a", () => { throw new RangeError("a reason") }); target.dispatchEvent(new Event("a"))',
    ],
  ])('that %s ends the enclave, and its stack is in the end and on the console', async (_, main) => {
    const { end, console } = await run(main)
    const stack = /RangeError: a reason\n {4}at .*\(application\.js:2:\d+\)/
    expect(end).toEqual({ kind: 'trapped', message: expect.stringMatching(stack) })
    expect(console).toMatch(stack)
    expect(console).toMatch(/^Uncaught RangeError/)
  })

  test('is shown with its causes; only the console shows its properties too', async () => {
    const { end, console } = await run(`const inner = new TypeError('the inner one')
      throw Object.assign(new Error('the outer one', { cause: inner }), { detail: 'private' })`)
    const { message } = end as { message: string }
    expect(message).toMatch(
      /^uncaught Error: the outer one\n[\s\S]*\n {2}\[cause\]: TypeError: the inner one\n/,
    )
    expect(message).not.toContain('private')
    expect(console).toContain('[cause]: TypeError: the inner one')
    expect(console).toContain("detail: 'private'")
  })
})

describe('listeners', () => {
  test('can prevent the end after a rejection, and get another event if it is handled later', async () => {
    const { end, console } =
      await run(`const log = (event) => console.log(event.type, event.promise === promise, event.reason.message)
      addEventListener('unhandledrejection', (event) => { log(event); event.preventDefault() })
      addEventListener('rejectionhandled', log)
      const promise = Promise.reject(new Error('a reason'))
      setTimeout(() => promise.catch(() => {}), 2)`)
    expect(end).toEqual(DONE)
    expect(console).toBe('unhandledrejection true a reason\nrejectionhandled true a reason\n')
  })

  test('get an error with its file and line, and can prevent the end', async () => {
    const { end, console } =
      await run(`onerror = (message, file, line) => { console.log(message, file, line); return true }
      addEventListener('error', ({ error, cancelable }) => console.log(error.name, cancelable))
      setTimeout(() => { throw new RangeError('a reason') }, 1)
      setTimeout(() => console.log('later'), 5)`)
    expect(end).toEqual(DONE)
    expect(console).toBe('Uncaught RangeError: a reason application.js 4\nRangeError true\nlater\n')
  })

  test('that do not prevent the default do not prevent the end', async () => {
    const { end } = await run(`addEventListener('unhandledrejection', () => {})
      onunhandledrejection = () => {}
      Promise.reject(new Error('a reason'))`)
    expect(end).toMatchObject({
      kind: 'trapped',
      message: expect.stringContaining('uncaught Error: a reason'),
    })
  })

  test('that return something true, but not true itself, do not prevent the end', async () => {
    const { end } = await run('onerror = () => 1; setTimeout(() => { throw new RangeError("a reason") }, 1)')
    expect(end).toMatchObject({ kind: 'trapped' })
  })

  test('get no event for a promise that is handled in the same turn', async () => {
    const { end, console } = await run(`addEventListener('unhandledrejection', () => console.log('asked'))
      const promise = Promise.reject(new Error('a reason'))
      await Promise.resolve()
      await promise.catch(() => {})`)
    expect({ end, console }).toEqual({ end: DONE, console: '' })
  })
})

test('ErrorEvent and PromiseRejectionEvent convert what they are given as Web IDL says', async () => {
  const { console } = await run(`const { message, filename, lineno, colno, error, type, cancelable } =
      new ErrorEvent('a', { message: 1, filename: null, lineno: -1, colno: 2.9, error: 5, cancelable: 1 })
    console.log(JSON.stringify([message, filename, lineno, colno, error, type, cancelable]))
    const bare = new ErrorEvent('b')
    console.log(JSON.stringify([bare.message, bare.filename, bare.lineno, bare.colno, bare.error ?? 'none']))
    const promise = Promise.resolve(), event = new PromiseRejectionEvent('c', { promise, reason: 'why' })
    console.log(event.promise === promise, event.reason, event.isTrusted)
    for (const make of [() => new PromiseRejectionEvent('d'), () => new PromiseRejectionEvent('d', {}), () => reportError()])
      try { make() } catch (error) { console.log(error.name) }`)
  expect(console.split('\n')).toEqual([
    '["1","null",4294967295,2,5,"a",true]',
    '["","",0,0,"none"]',
    'true why false',
    ...['TypeError', 'TypeError', 'TypeError', ''],
  ])
})

describe('memory that is used up', () => {
  const OUT = {
    kind: 'out-of-memory',
    message: expect.stringMatching(/^uncaught InternalError: out of memory/),
  }
  test.each([
    ['in arrays', 'const all = []; for (;;) all.push(new Array(1000).fill({}))'],
    ['in small objects', 'let chain = null; for (;;) chain = { chain }'],
    [
      'in a timer',
      'const all = []; setInterval(() => { for (let at = 0; at < 100; at++) all.push(new Uint8Array(1e5)) })',
    ],
    [
      'in a job',
      'const all = []; queueMicrotask(() => { for (;;) all.push("x".repeat(1000) + all.length) })',
    ],
  ])('%s ends the enclave as out of memory', async (_, main) => {
    expect((await run(main)).end).toEqual(OUT)
  })

  test('throws an error that can be caught, and the enclave goes on', async () => {
    const { end, console } = await run(`let all = []
      try { for (;;) all.push(new Array(1000).fill({})) } catch (error) { all = undefined; console.log(error instanceof Error, error.message) }
      console.log({ still: ['here'] })`)
    expect({ end, console }).toEqual({ end: DONE, console: "true out of memory\n{ still: [ 'here' ] }\n" })
  })
})

test('stacks of all kinds of errors begin with the name and the message', async () => {
  const { console } = await run(`class Own extends Error { name = 'Own' }
    const stacks = [new Own('m').stack, new DOMException('m', 'AbortError').stack]
    try { null.x } catch (error) { stacks.push(error.stack) }
    try { atob('*') } catch (error) { stacks.push(error.stack) }
    const target = {}
    Error.captureStackTrace(target)
    stacks.push(target.stack)
    const changed = new Error('m')
    changed.stack = 'mine'
    stacks.push(changed.stack, Object.keys(changed).join())
    Error.prepareStackTrace = (error, sites) => error.message + ' from ' + sites.length
    stacks.push(typeof new Error('m').stack)
    console.log(stacks.map((stack) => stack.split('\\n').slice(0, 2).map((line) => line.replace(/:\\d+:\\d+/, '')).join(' | ')).join('\\n'))`)
  expect(console).toBe(
    [
      ...['Own: m |     at Own (application.js)', 'AbortError: m |     at main (application.js)'],
      "TypeError: cannot read property 'x' of null |     at main (application.js)",
      'InvalidCharacterError: The string to be decoded is not correctly encoded |     at main (application.js)',
      ...['Error |     at main (application.js)', 'mine', '', 'string', ''],
    ].join('\n'),
  )
})
