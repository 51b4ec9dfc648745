/** A client with the other end in the test's hands: what it sends, whom it gives which answer, and when it is over. */
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

/** A client, and what its service says and hears. */
function connected() {
  let reader!: ReadableStreamDefaultController<Uint8Array>
  const heard: unknown[] = []
  const seen = { isCancelled: false, isEnded: false, writeFails: false }
  const client = new ServiceClient<Service>({
    readable: new ReadableStream({
      start(controller) {
        reader = controller
      },
      cancel() {
        seen.isCancelled = true
      },
    }),
    writable: new WritableStream({
      write(bytes) {
        if (seen.writeFails) throw new Error('broken')
        heard.push(readMessage(bytes.subarray(4)))
      },
      close() {
        seen.isEnded = true
      },
    }),
  })
  return {
    client,
    heard,
    seen,
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

let ends: ReturnType<typeof connected>
beforeEach(() => {
  ends = connected()
})
afterEach(() => ends.client.close())

describe('a call', () => {
  test('sends its id, its name and its request; without a request, null', async () => {
    const { client, heard, answer } = ends
    const calls = [client.call['add']!([1, 2]), client.call['ping']!(), client.call['ping']!(undefined)]
    answer([1, true, 3], [2, true, null], [3, true, null])
    expect(await Promise.all(calls)).toEqual([3, null, null])
    expect(heard).toEqual([
      [1, 'add', [1, 2]],
      [2, 'ping', null],
      [3, 'ping', null],
    ])
  })

  test('gets its own response in any order, and ignores later ones with its id', async () => {
    const { client, answer } = ends
    const calls = [client.call['one']!(), client.call['two']!()]
    answer([2, true, 'second', 'more'], [2, true, 'again'], [1, true, 'first'])
    expect(await Promise.all(calls)).toEqual(['first', 'second'])
  })

  test.each([
    ['no word', 1],
    ['another word', 'true'],
    ['nothing', null],
    ['false', false],
  ])('whose answer says %s of its success has failed', async (_, ok) => {
    const call = ends.client.call['one']!() as Promise<unknown>
    ends.answer([1, ok, 'E_MINE', 'it failed'])
    expect(await outcome(call)).toEqual({ code: 'E_MINE', message: 'E_MINE: it failed' })
  })

  test('may have any name but then', () => {
    const call = ends.client.call as Record<string | symbol, unknown>
    expect([call['then'], call[Symbol.toPrimitive], call[Symbol.iterator]]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(typeof call['toString']).toBe('function')
    expect(typeof call['catch']).toBe('function')
  })

  test('that cannot be sent leaves nothing that waits for a response', async () => {
    const { client, answer, heard } = ends
    expect(await outcome(client.call['one']!(new Map()) as Promise<unknown>)).toMatchObject({
      code: 'E_SERVICE_VALUE',
    })
    const next = client.call['two']!()
    answer([1, true, 'nobody asked'], [2, true, 'answered'])
    expect(await next).toBe('answered')
    expect(heard).toEqual([[2, 'two', null]])
  })
})

describe('a failure', () => {
  const refusedAs = async (...rest: unknown[]) => {
    const call = ends.client.call['one']!() as Promise<unknown>
    ends.answer([1, false, ...rest])
    return outcome(call) as Promise<{ code: string; message: string }>
  }

  test.each([
    ['a-B_9', 'a-B_9'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), 'E_SERVICE_FAILED'],
    ['', 'E_SERVICE_FAILED'],
    ['E MINE', 'E_SERVICE_FAILED'],
    ['E_MINE\n', 'E_SERVICE_FAILED'],
    // What a pattern would make a text of.
    [404, 'E_SERVICE_FAILED'],
    [null, 'E_SERVICE_FAILED'],
    [['E_MINE'], 'E_SERVICE_FAILED'],
  ])('with the code %j has the code %j', async (given, code) => {
    expect(await refusedAs(given, 'why')).toEqual({ code, message: `${code}: why` })
  })

  test.each([
    [4095, 4095],
    [4096, 4096],
    [4097, 4096],
  ])('with %i characters has the first %i', async (length, kept) => {
    const text = Array.from({ length }, (_, at) => at % 10).join('')
    expect((await refusedAs('E', text)).message).toBe(`E: ${text.slice(0, kept)}`)
  })

  test('does not say its code twice', async () => {
    expect(await refusedAs('E_MINE', 'E_MINE: why')).toEqual({ code: 'E_MINE', message: 'E_MINE: why' })
  })

  // The second is an object that no text can be made of.
  test.each([[undefined], [{ toString: 1, valueOf: 1 }], [[{ toString: 1 }]], [7]])(
    'without a text says that the service gave no reason: %j',
    async (message) => {
      const why = 'E_MINE: the service gave no reason'
      expect(await refusedAs('E_MINE', message)).toEqual({ code: 'E_MINE', message: why })
    },
  )
})

describe('a connection that is over', () => {
  test('rejects the pending calls, and sends no more', async () => {
    const { client, heard, reader } = ends
    const call = outcome(client.call['one']!() as Promise<unknown>)
    await vi.waitFor(() => expect(heard).toHaveLength(1))
    reader.close()
    expect(await call).toMatchObject({ code: CLOSED })
    const next = outcome(client.call['two']!() as Promise<unknown>)
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toHaveLength(1)
    expect(await next).toMatchObject({ code: CLOSED })
  })

  test('because of a malformed response is not read any more', async () => {
    const { client, seen, answer } = ends
    const call = outcome(client.call['one']!() as Promise<unknown>)
    answer('yes')
    expect(await call).toMatchObject({ code: CLOSED })
    await vi.waitFor(() => expect(seen.isCancelled).toBe(true))
  })

  test('because a write failed is closed for all calls', async () => {
    const { client, seen } = ends
    const waiting = outcome(client.call['one']!() as Promise<unknown>)
    await Promise.resolve()
    seen.writeFails = true
    expect(await outcome(client.call['two']!() as Promise<unknown>)).toMatchObject({ code: CLOSED })
    expect(await waiting).toMatchObject({ code: CLOSED })
  })

  test('because the client closed it is not read any more', async () => {
    const { client, seen } = ends
    const call = outcome(client.call['one']!() as Promise<unknown>)
    await client.close()
    expect(seen).toMatchObject({ isEnded: true, isCancelled: true })
    expect(await call).toMatchObject({ code: CLOSED })
    await client[Symbol.asyncDispose]()
  })
})
