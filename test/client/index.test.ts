/** A client whose service the test plays: its requests, the assignment of responses to calls, and its end. */
import { encode } from 'cbor-x'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'
import { readMessage } from '../../src/service/read-message.ts'

type Service = Record<string, (request?: unknown) => unknown>

function framed(message: unknown): Uint8Array {
  const body = encode(message)
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(body.length)
  return Buffer.concat([prefix, body])
}

/** A client, with the messages that its service receives and a function that sends responses. */
function connected() {
  let reader!: ReadableStreamDefaultController<Uint8Array>
  const received: unknown[] = []
  const stream = { isCancelled: false, isEnded: false, writeFails: false }
  const client = new ServiceClient<Service>({
    readable: new ReadableStream({
      start(controller) {
        reader = controller
      },
      cancel() {
        stream.isCancelled = true
      },
    }),
    writable: new WritableStream({
      write(bytes) {
        if (stream.writeFails) throw new Error('broken')
        received.push(readMessage(bytes.subarray(4)))
      },
      close() {
        stream.isEnded = true
      },
    }),
  })
  return {
    client,
    received,
    stream,
    reader,
    answer: (...messages: unknown[]) => reader.enqueue(Buffer.concat(messages.map(framed))),
  }
}

const outcome = (call: Promise<unknown>) =>
  call.then(
    (value) => ({ value }),
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  )
const CLOSED = 'E_SERVICE_CLOSED'

let connection: ReturnType<typeof connected>
beforeEach(() => {
  connection = connected()
})
afterEach(() => connection.client.close())

describe('a call', () => {
  test('sends its id, its name and its request, or null without a request', async () => {
    const { client, received, answer } = connection
    const calls = [client.call['add']!([1, 2]), client.call['ping']!(), client.call['ping']!(undefined)]
    answer([1, true, 3], [2, true, null], [3, true, null])
    expect(await Promise.all(calls)).toEqual([3, null, null])
    expect(received).toEqual([
      [1, 'add', [1, 2]],
      [2, 'ping', null],
      [3, 'ping', null],
    ])
  })

  test('gets its own response in any order, and further ones with its id are ignored', async () => {
    const { client, answer } = connection
    const calls = [client.call['one']!(), client.call['two']!()]
    answer([2, true, 'second', 'more'], [2, true, 'again'], [1, true, 'first'])
    expect(await Promise.all(calls)).toEqual(['first', 'second'])
  })

  test.each([
    ['a number', 1],
    ['a string', 'true'],
    ['null', null],
    ['false', false],
  ])('has failed if its response has %s instead of true', async (_, ok) => {
    const call = connection.client.call['one']!() as Promise<unknown>
    connection.answer([1, ok, 'E_MINE', 'it failed'])
    expect(await outcome(call)).toEqual({ code: 'E_MINE', message: 'E_MINE: it failed' })
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
    expect(await outcome(client.call['one']!(new Map()) as Promise<unknown>)).toMatchObject({
      code: 'E_SERVICE_VALUE',
    })
    const next = client.call['two']!()
    answer([1, true, 'unexpected'], [2, true, 'answered'])
    expect(await next).toBe('answered')
    expect(received).toEqual([[2, 'two', null]])
  })
})

describe('a failure', () => {
  const errorOf = async (...rest: unknown[]) => {
    const call = connection.client.call['one']!() as Promise<unknown>
    connection.answer([1, false, ...rest])
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
    const call = outcome(client.call['one']!() as Promise<unknown>)
    await vi.waitFor(() => expect(received).toHaveLength(1))
    reader.close()
    expect(await call).toMatchObject({ code: CLOSED })
    const next = outcome(client.call['two']!() as Promise<unknown>)
    await new Promise((resolve) => setImmediate(resolve))
    expect(received).toHaveLength(1)
    expect(await next).toMatchObject({ code: CLOSED })
  })

  test('is not read any more after a malformed response', async () => {
    const { client, stream, answer } = connection
    const call = outcome(client.call['one']!() as Promise<unknown>)
    answer('yes')
    expect(await call).toMatchObject({ code: CLOSED })
    await vi.waitFor(() => expect(stream.isCancelled).toBe(true))
  })

  test('rejects all calls after a failed write', async () => {
    const { client, stream } = connection
    const waiting = outcome(client.call['one']!() as Promise<unknown>)
    await Promise.resolve()
    stream.writeFails = true
    expect(await outcome(client.call['two']!() as Promise<unknown>)).toMatchObject({ code: CLOSED })
    expect(await waiting).toMatchObject({ code: CLOSED })
  })

  test('is not read any more after the client closed it', async () => {
    const { client, stream } = connection
    const call = outcome(client.call['one']!() as Promise<unknown>)
    await client.close()
    expect(stream).toMatchObject({ isEnded: true, isCancelled: true })
    expect(await call).toMatchObject({ code: CLOSED })
    await client[Symbol.asyncDispose]()
  })
})
