/** Recursion without end throws a RangeError that an application can catch; the enclave goes on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

test('a small function can call itself 10,000 times', async () => {
  expect(await lab.run('const count = (n) => (n === 0 ? 0 : 1 + count(n - 1)); return count(10000)')).toBe(
    10000,
  )
})

/** The name of what the code throws. */
const thrown = (code: string) =>
  lab.run(`try { ${code}; return 'nothing' } catch (error) { return error.name }`)

test.each([
  ['a function', 'const call = () => call() + 1; call()'],
  ['an async function', 'const call = async () => { await call() }; await call()'],
  ['a getter', 'const object = { get value() { return this.value } }; object.value'],
  ['toJSON', 'const nest = () => JSON.stringify({ toJSON: nest }); nest()'],
  ['a comparison of sort', 'const sort = () => [2, 1].sort(sort); sort()'],
  ['a replacement', 'const replace = () => "a".replace("a", replace); replace()'],
  ['a class that constructs itself', 'class Nested { constructor() { new Nested() } } new Nested()'],
  ['a proxy of itself', 'const proxy = new Proxy({}, { get: (_, name, self) => self[name] }); proxy.value'],
])('endless recursion through %s throws a RangeError', async (_, code) => {
  expect(await thrown(code)).toBe('RangeError')
  expect(await lab.run('return 1 + 1')).toBe(2)
})

test('a regular expression that is nested too deeply for its parser throws a SyntaxError', async () => {
  expect(await thrown('new RegExp("(?:".repeat(100000) + ")".repeat(100000))')).toBe('SyntaxError')
  expect(await lab.run('return 1 + 1')).toBe(2)
})
