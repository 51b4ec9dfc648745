/** A client whose service the test plays: its requests, the assignment of responses to calls, and its end. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Kind } from '../../src/service/protocol.ts'
import { type Connected, connected, outcome, task } from './fake-service.ts'

const { CALL, RESULT, FAILURE } = Kind
const CLOSED = 'E_SERVICE_CLOSED'

let connection: Connected
beforeEach(() => {
  connection = connected()
})
afterEach(() => connection.client.close())

describe('a call', () => {
  test('sends its id, its name and its request, or null without a request', async () => {
    const { client, received, answer } = connection
    const calls = [client.call['add']!([1, 2]), client.call['ping']!(), client.call['ping']!(undefined)]
    answer([RESULT, 1, 3], [RESULT, 2, null], [RESULT, 3, null])
    expect(await Promise.all(calls)).toEqual([3, null, null])
    expect(received).toEqual([
      [CALL, 1, 'add', [1, 2]],
      [CALL, 2, 'ping', null],
      [CALL, 3, 'ping', null],
    ])
  })

  test('gets its own response in any order, and further ones with its id are ignored', async () => {
    const { client, answer } = connection
    const calls = [client.call['one']!(), client.call['two']!()]
    answer([RESULT, 2, 'second', 'more'], [RESULT, 2, 'again'], [RESULT, 1, 'first'])
    expect(await Promise.all(calls)).toEqual(['first', 'second'])
  })

  test('may have any name except then', () => {
    const call = connection.client.call as Record<string | symbol, unknown>
    expect([call['then'], call[Symbol.toPrimitive], call[Symbol.iterator]]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(typeof call['toString']).toBe('function')
    expect(typeof call['catch']).toBe('function')
  })

  test('that cannot be sent does not wait for a response', async () => {
    const { client, answer, received } = connection
    expect(await outcome(client.call['one']!(new Map()))).toMatchObject({
      code: 'E_SERVICE_VALUE',
    })
    const next = client.call['two']!()
    const id = 2
    answer([RESULT, id - 1, 'unexpected'], [RESULT, id, 'answered'])
    expect(await next).toBe('answered')
    expect(received).toEqual([[CALL, id, 'two', null]])
  })
})

describe('a failure', () => {
  const errorOf = async (...rest: unknown[]) => {
    const call = connection.client.call['one']!()
    connection.answer([FAILURE, 1, ...rest])
    return outcome(call) as Promise<{ code: string; message: string }>
  }

  test.each([
    ['a-B_9', 'a-B_9'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), 'E_SERVICE_FAILED'],
    ['', 'E_SERVICE_FAILED'],
    ['E MINE', 'E_SERVICE_FAILED'],
    ['E_MINE\n', 'E_SERVICE_FAILED'],
    // Values that a regular expression would convert to a string.
    [404, 'E_SERVICE_FAILED'],
    [null, 'E_SERVICE_FAILED'],
    [['E_MINE'], 'E_SERVICE_FAILED'],
  ])('with the code %j is reported with the code %j', async (given, code) => {
    expect(await errorOf(given, 'why')).toEqual({ code, message: `${code}: why` })
  })

  test.each([
    [4095, 4095],
    [4096, 4096],
    [4097, 4096],
  ])('with %i characters is reported with %i', async (length, reported) => {
    const text = Array.from({ length }, (_, at) => at % 10).join('')
    expect((await errorOf('E', text)).message).toBe(`E: ${text.slice(0, reported)}`)
  })

  test('is reported without repeating its code', async () => {
    expect(await errorOf('E_MINE', 'E_MINE: why')).toEqual({ code: 'E_MINE', message: 'E_MINE: why' })
  })

  // The second is an object that cannot be converted to a string.
  test.each([[undefined], [{ toString: 1, valueOf: 1 }], [[{ toString: 1 }]], [7]])(
    'is reported without a reason if its message is not a string: %j',
    async (message) => {
      const why = 'E_MINE: the service gave no reason'
      expect(await errorOf('E_MINE', message)).toEqual({ code: 'E_MINE', message: why })
    },
  )
})

describe('a closed connection', () => {
  test('rejects pending and later calls, and sends nothing', async () => {
    const { client, received, reader } = connection
    const call = outcome(client.call['one']!())
    await expect.poll(() => received).toHaveLength(1)
    reader.close()
    expect(await call).toMatchObject({ code: CLOSED })
    const next = outcome(client.call['two']!())
    await task()
    expect(received).toHaveLength(1)
    expect(await next).toMatchObject({ code: CLOSED })
  })

  test('within a message is an error of the protocol', async () => {
    const { client, reader } = connection
    const call = client.call['one']!()
    reader.enqueue(Uint8Array.of(0, 0, 0))
    reader.close()
    await expect(call).rejects.toMatchObject({ code: CLOSED, cause: { code: 'E_SERVICE_FRAME' } })
  })

  test('is not read any more after a malformed response', async () => {
    const { client, stream, answer } = connection
    const call = outcome(client.call['one']!())
    answer('yes')
    expect(await call).toMatchObject({ code: CLOSED })
    await expect.poll(() => stream.isCancelled).toBe(true)
  })

  test('rejects all calls after a failed write', async () => {
    const { client, stream } = connection
    const waiting = outcome(client.call['one']!())
    await Promise.resolve()
    stream.writeFails = true
    expect(await outcome(client.call['two']!())).toMatchObject({ code: CLOSED })
    expect(await waiting).toMatchObject({ code: CLOSED })
  })

  test('is not read any more after the client closed it', async () => {
    const { client, stream } = connection
    const call = outcome(client.call['one']!())
    await client.close()
    expect(stream).toMatchObject({ isEnded: true, isCancelled: true })
    expect(await call).toMatchObject({ code: CLOSED })
    await client[Symbol.asyncDispose]()
  })
})

test('calls the global functions of a browser as it wants them', async () => {
  const plain = globalThis.queueMicrotask
  vi.stubGlobal('queueMicrotask', function (this: unknown, callback: () => void) {
    if (this !== undefined && this !== globalThis) throw new TypeError('Illegal invocation')
    plain(callback)
  })
  try {
    const { client, received } = connected()
    const call = outcome(client.call['one']!())
    await task()
    expect(received).toHaveLength(1)
    await client.close()
    await call
  } finally {
    vi.unstubAllGlobals()
  }
})
