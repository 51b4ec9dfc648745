/** Buffers that were resized or detached: a function reads the bytes that are there when it reads, or it throws. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createParent, type Parent } from '../../src/parent/index.ts'
import { connectWhenReady, Laboratory, receiveAll } from '../support/laboratory.ts'
import { runApplication } from './application.ts'

let lab: Laboratory
let parent: Parent
beforeAll(async () => {
  lab = await Laboratory.open()
  parent = await createParent({ vcpus: 1, memoryMiB: 64 })
})
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  await parent.close()
})

const KINDS = `
const digits = (length, options) => {
  const buffer = new ArrayBuffer(length, options)
  new Uint8Array(buffer).set(Array.from({ length }, (_, at) => 49 + at))
  return buffer
}
const kinds = {
  grown() {
    const buffer = digits(2, { maxByteLength: 8 }), view = new Uint8Array(buffer)
    buffer.resize(8)
    view.set([51, 52, 53, 54, 55, 56], 2)
    return view
  },
  shrunk() {
    const buffer = digits(8, { maxByteLength: 8 }), view = new Uint8Array(buffer)
    buffer.resize(2)
    return view
  },
  beyond() {
    const buffer = digits(8, { maxByteLength: 8 }), view = new Uint8Array(buffer, 4, 4)
    buffer.resize(2)
    return view
  },
  detached() {
    const buffer = digits(8), view = new Uint8Array(buffer)
    buffer.transfer()
    return view
  },
  buffer() {
    const buffer = digits(8)
    buffer.transfer()
    return buffer
  },
}
const text = (bytes) => String.fromCharCode(...new Uint8Array(bytes))
/** Of which text it is the hash. */
const hashed = (hash) => ['12345678', '12', ''].find((one) => sdk.timingSafeEqual(hash, sdk.sha256(new TextEncoder().encode(one))))
`
const ERROR = 'TypeError'
const CLONE = 'DataCloneError'

/** With a view that has grown, that has shrunk, that is beyond the end, that is detached, and with a detached buffer. */
test.each([
  ['new TextDecoder().decode(value)', ['12345678', '12', '', '', '']],
  ['new TextEncoder().encodeInto("abcdefghi", value).written', [8, 2, 0, 0, ERROR]],
  ['hashed(sdk.sha256(value))', ['12345678', '12', ERROR, ERROR, ERROR]],
  ['hashed(await crypto.subtle.digest("SHA-256", value))', ['12345678', '12', '', ERROR, ERROR]],
  ['sdk.qtsm.extendPcr(20, value).length', [48, 48, ERROR, ERROR, ERROR]],
  ['crypto.getRandomValues(value).length', [8, 2, 0, ERROR, 'TypeMismatchError']],
  ['await new Blob([value]).text()', ['12345678', '12', '', ERROR, ERROR]],
  ['await new Response(value).text()', ['12345678', '12', '', ERROR, ERROR]],
  ['text(structuredClone(value))', ['12345678', '12', CLONE, CLONE, CLONE]],
])('%s', async (code, expected) => {
  const found = await lab.run(`${KINDS}
    const results = []
    for (const make of Object.values(kinds)) {
      const value = make()
      try { results.push(${code}) } catch (error) { results.push(error.name) }
    }
    return results`)
  expect(found).toEqual(expected)
})

test('a socket writes the bytes that are there, and refuses a detached buffer', async () => {
  const outcome = lab.run(`${KINDS}
    const listener = sdk.vsock.listen(6100)
    const { value: socket } = await listener.next()
    const results = []
    for (const make of Object.values(kinds))
      results.push(await socket.write(make()).then(() => 'written', (error) => error.name))
    socket.close()
    await listener.return()
    return results`)
  expect(await receiveAll(await connectWhenReady(lab.enclave, 6100))).toBe('1234567812')
  expect(await outcome).toEqual(['written', 'written', 'written', 'written', ERROR])
})

test('the stream of the console writes the bytes that are there, or throws', async () => {
  const { end, console } = await runApplication(parent, {
    source: `${KINDS}
    const stream = require('wasi:cli/stdout').getStdout()
    for (const make of Object.values(kinds))
      try { stream.blockingWriteAndFlush(make()) } catch (error) { console.log(' ' + error.name) }`,
  })
  expect(end).toEqual({ kind: 'exited', status: 0 })
  expect(console).toBe(`1234567812 ${ERROR}\n ${ERROR}\n ${ERROR}\n`)
})

describe('a buffer that changes while the arguments are read', () => {
  const run = (code: string) =>
    lab.run(`const buffer = new ArrayBuffer(8, { maxByteLength: 16 })
      const view = new Uint8Array(buffer).fill(65)
      try { return await (${code}) } catch (error) { return error.name }`)

  test.each([
    ['new TextDecoder().decode(view, { get stream() { buffer.resize(2) } })', 'AA'],
    ['new TextDecoder().decode(view, { get stream() { buffer.resize(9) } })', 'AAAAAAAA\0'],
    ['new TextDecoder().decode(view, { get stream() { buffer.transfer() } })', ''],
    [
      '(async () => (await crypto.subtle.importKey("raw", view, { name: "HMAC", get hash() { buffer.resize(2); return "SHA-256" } }, true, ["sign"])).algorithm.length)()',
      64,
    ],
    ['new Blob([view, { toString() { buffer.resize(2); return "b" } }]).text()', ERROR],
    ['new TextEncoder().encodeInto({ toString() { buffer.resize(2); return "abc" } }, view).written', 2],
    ['new TextEncoder().encodeInto({ toString() { buffer.transfer(); return "abc" } }, view).written', 0],
  ])('%s', async (code, expected) => {
    expect(await run(code)).toEqual(expected)
  })

  test('a handle that a getter of a list disposes is refused', async () => {
    const { end, console } = await runApplication(parent, {
      source: `const { poll } = require('wasi:io/poll')
      const { subscribeDuration } = require('wasi:clocks/monotonic-clock')
      const [first, second] = [subscribeDuration(1), subscribeDuration(1)]
      const list = [first]
      Object.defineProperty(list, 1, { get() { first[Symbol.dispose](); return second } })
      try { console.log(poll(list)) } catch (error) { console.log(String(error)) }`,
    })
    expect(end).toEqual({ kind: 'exited', status: 0 })
    expect(console).toMatch(/^TypeError: .*a handle that is not disposed/)
  })
})
