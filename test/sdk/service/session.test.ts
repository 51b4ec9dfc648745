/** Sessions of a service in an enclave: many calls at once, their order, refused ones, and errors of any kind. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServiceClient } from '../../../src/client/index.ts'
import { Kind } from '../../../src/service/protocol.ts'
import { type AnyService, framed, outcome } from '../../client/fake-service.ts'
import { readAll } from '../../service/round-trip.ts'
import { connectWhenReady, type Laboratory, receiveBytes, send } from '../../support/laboratory.ts'
import { clientOf, servedBy, socketOf } from './sessions.ts'

const MAX_CALLS = 4096

let lab: Laboratory
beforeAll(async () => {
  lab = await servedBy(`{
    add: ({ a, b }) => a + b,
    echo: (value) => value,
    later: async (value) => value,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    never: () => new Promise(() => {}),
    blocked: () => new Promise((resolve) => noted.push(resolve)),
    release: () => noted.splice(0).map((resolve) => resolve('released')).length,
    busy: (milliseconds) => { const end = performance.now() + milliseconds; while (performance.now() < end); return Date.now() },
    bytes: (length) => new Uint8Array(length),
    fail: ({ sync, error }) => {
      const thrown = new Function('return ' + error)()
      if (sync) throw thrown
      return Promise.reject(thrown)
    },
    give: ({ sync, code }) => {
      const value = new Function('return ' + code)()
      return sync ? value : Promise.resolve(value)
    },
  }`)
})
afterAll(() => lab[Symbol.asyncDispose]())

describe('many calls at once', () => {
  test('never wait for each other: 300 that end only after the last', async () => {
    await using client = await clientOf(lab)
    const calls = Array.from({ length: 300 }, () => client.call['blocked']!())
    expect(await client.call['release']!()).toBe(300)
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['released']))
  })

  test('overtake a call that never ends', async () => {
    await using client = await clientOf(lab)
    const never = outcome(client.call['never']!())
    expect(await client.call['add']!({ a: 1, b: 1 })).toBe(2)
    await client.close()
    expect(await never).toMatchObject({ code: 'E_SERVICE_CLOSED' })
  })

  test(`above ${MAX_CALLS} are refused, and the others are answered`, async () => {
    await using client = await clientOf(lab)
    const calls = Array.from({ length: 5000 }, () => outcome(client.call['blocked']!()))
    // Functions that answer at once are under way too briefly to count, but are refused while there are too many.
    expect(await outcome(client.call['add']!({ a: 1, b: 1 }))).toMatchObject({ code: 'E_SERVICE_BUSY' })
    await using other = await clientOf(lab)
    expect(await other.call['release']!()).toBe(MAX_CALLS)
    const outcomes = await Promise.all(calls)
    expect(outcomes.slice(0, MAX_CALLS).every((one) => 'value' in one)).toBe(true)
    expect(outcomes.slice(MAX_CALLS).every((one) => 'code' in one && one.code === 'E_SERVICE_BUSY')).toBe(
      true,
    )
    expect(await client.call['add']!({ a: 1, b: 1 })).toBe(2)
  })

  test('of two clients with the same numbers do not get each other’s results', async () => {
    await using one = await clientOf(lab)
    await using two = await clientOf(lab)
    const numbers = Array.from({ length: 200 }, (_, at) => at)
    const [first, second] = await Promise.all([
      Promise.all(numbers.map((at) => one.call['later']!(`one ${at}`))),
      Promise.all(numbers.map((at) => two.call['later']!(`two ${at}`))),
    ])
    expect(first).toEqual(numbers.map((at) => `one ${at}`))
    expect(second).toEqual(numbers.map((at) => `two ${at}`))
  })

  test('of slow synchronous functions get each result before the next function has run', async () => {
    await using client = await clientOf(lab)
    const ends: number[] = []
    const calls = Array.from({ length: 8 }, () =>
      client.call['busy']!(100).then(() => ends.push(performance.now())),
    )
    await Promise.all(calls)
    // All together they take 800 ms, so results that were held back would come within a few.
    expect(ends.at(-1)! - ends[0]!).toBeGreaterThan(300)
    expect(ends.at(-2)! - ends[0]!).toBeGreaterThan(200)
  })

  test('with large results do not need the memory of all of them', async () => {
    await using client = await clientOf(lab)
    const lengths = await Promise.all(
      Array.from({ length: 100 }, () => client.call['bytes']!(1 << 20).then((bytes) => bytes.length)),
    )
    expect(lengths).toEqual(new Array(100).fill(1 << 20))
  })
})

describe('a call with a number that is in use', () => {
  const call = (id: number, method: string) => [Kind.CALL, id, method, null]

  test('ends the connection', async () => {
    await using socket = await socketOf(lab)
    const reading = receiveBytes(socket).catch(() => new Uint8Array())
    await send(socket, Buffer.concat([framed(call(1, 'never')), framed(call(1, 'never'))]))
    expect(await reading).toHaveLength(0)
  })

  test('is answered if the earlier one has ended', async () => {
    await using socket = await socketOf(lab)
    const reading = receiveBytes(socket)
    await send(socket, Buffer.concat([framed(call(1, 'echo')), framed(call(1, 'echo'))]))
    expect(readAll([await reading])).toEqual(new Array(2).fill([Kind.RESULT, 1, null]))
  })
})

test.each<[string, unknown[]]>([
  ['a result', [Kind.RESULT, 1, 5]],
  ['an item of a call without a stream', [Kind.ITEM, 1, 5]],
  ['an item of a call that was never made', [Kind.ITEM, 99, 5]],
  ['the end of a stream that was never begun', [Kind.END, 99]],
  ['a window of a call that was never made', [Kind.WINDOW, 99, 5]],
  ['a call that is already cancelled', [Kind.CANCEL, 2]],
])('%s from the caller means nothing', async (_, message) => {
  await using socket = await socketOf(lab)
  const reading = receiveBytes(socket)
  await send(socket, Buffer.concat([framed(message), framed([Kind.CALL, 2, 'echo', 7])]))
  expect(readAll([await reading])).toEqual([[Kind.RESULT, 2, 7]])
})

test('the results of what was called are sent although the caller has closed its half', async () => {
  await using socket = await socketOf(lab)
  const reading = receiveBytes(socket)
  await send(socket, framed([Kind.CALL, 1, 'sleep', 50]))
  expect(readAll([await reading])).toEqual([[Kind.RESULT, 1, undefined]])
})

describe.each([true, false])('a function that fails (synchronous: %s)', (sync) => {
  test.each<[string, string, string, string]>([
    ['an error with a code', 'Object.assign(new Error("why"), { code: "E_MINE" })', 'E_MINE', 'E_MINE: why'],
    [
      'a code of another type',
      'Object.assign(new Error("secret"), { code: 5 })',
      'E_SERVICE_FAILED',
      'the service failed',
    ],
    ['undefined', 'undefined', 'E_SERVICE_FAILED', 'the service failed'],
    ['null', 'null', 'E_SERVICE_FAILED', 'the service failed'],
    ['a text', '"secret"', 'E_SERVICE_FAILED', 'the service failed'],
    ['a message that is not a text', '({ code: "E_MINE", message: Object.create(null) })', 'E_MINE', ''],
    ['a lone surrogate', '({ code: "E_MINE", message: "why \\ud800" })', 'E_MINE', 'E_MINE: why \ufffd'],
    ['a lone surrogate as code', '({ code: "\\ud800", message: "why" })', 'E_SERVICE_FAILED', 'why'],
    ['a long message', '({ code: "E_MINE", message: "x".repeat(1e6) })', 'E_MINE', 'x'.repeat(4096)],
    ['getters that throw', '({ get code() { throw new Error("secret") } })', 'E_SERVICE_FAILED', ''],
  ])('with %s is reported, and later calls work', async (_, error, code, message) => {
    await using client = await clientOf(lab)
    const failed = await outcome(client.call['fail']!({ sync, error }))
    expect(failed).toMatchObject({ code })
    const text = (failed as { message: string }).message
    expect(text).toContain(message)
    expect(text).not.toContain('secret')
    expect(await client.call['add']!({ a: 1, b: 1 })).toBe(2)
  })

  test.each<[string, string, string]>([
    ['has a member that cannot be sent', '({ a: new Map() })', 'E_SERVICE_VALUE'],
    ['throws while it is sent', '({ get a() { throw new Error("secret") } })', 'E_SERVICE_FAILED'],
    ['throws null while it is sent', '({ get a() { throw null } })', 'E_SERVICE_FAILED'],
    ['throws while it is looked at', '({ get then() { throw new Error("secret") } })', 'E_SERVICE_FAILED'],
    [
      'is an iterable that cannot be begun',
      '({ [Symbol.asyncIterator]() { throw new Error("secret") } })',
      'E_SERVICE_FAILED',
    ],
  ])('because its result %s is reported, and later calls work', async (_, value, code) => {
    await using client = await clientOf(lab)
    const failed = await outcome(client.call['give']!({ sync, code: value }))
    expect(failed).toMatchObject({ code })
    expect((failed as { message: string }).message).not.toContain('secret')
    expect(await client.call['add']!({ a: 1, b: 1 })).toBe(2)
  })
})

test('the guest is not ended by requests that are thrown', async () => {
  await using socket = await socketOf(lab)
  const reading = receiveBytes(socket)
  await send(
    socket,
    framed([Kind.CALL, 1, 'fail', { sync: false, error: '({ code: "E", message: { x: 1 } })' }]),
  )
  expect(readAll([await reading])[0]!.slice(0, 3)).toEqual([Kind.FAILURE, 1, 'E'])
})

describe('a service with short messages', () => {
  const SHORTEST = 1024

  test('reports what is too long, and later calls work', async () => {
    await lab.run(`void sdk.serve({
      give: (length) => 'x'.repeat(length),
      fail: (length) => { throw Object.assign(new Error('x'.repeat(length)), { code: 'E_MINE' }) },
    }, { port: 5901, maxMessage: ${SHORTEST} })`)
    await using client = new ServiceClient<AnyService>(await connectWhenReady(lab.enclave, 5901))
    expect(await client.call['give']!(SHORTEST - 6)).toHaveLength(SHORTEST - 6)
    expect(await outcome(client.call['give']!(SHORTEST - 5))).toMatchObject({ code: 'E_SERVICE_FRAME' })
    expect(await outcome(client.call['fail']!(SHORTEST))).toEqual({
      code: 'E_MINE',
      message: 'E_MINE: the service gave no reason',
    })
    expect(await client.call['give']!(1)).toBe('x')
    const longer = outcome(client.call['give']!('x'.repeat(SHORTEST)))
    expect(await longer).toMatchObject({ code: 'E_SERVICE_CLOSED' })
  })
})
