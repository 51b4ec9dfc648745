/** Services of an enclave and their client: calls, errors, limits, hostile parents and hostile guests. */
import { encode } from 'cbor-x'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'
import { Kind, MAX_MESSAGE } from '../../src/service/protocol.ts'
import { connectWhenReady, Laboratory } from '../support/laboratory.ts'

type Service = {
  add(two: { a: number; b: number }): number
  echo(value: unknown): unknown
  later(milliseconds: number): Promise<string>
  fail(code: string | undefined): never
  bare(): string
  unsendable(): unknown
}

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
  await lab.run(`void sdk.serve({
    add: ({ a, b }) => a + b,
    echo: (value) => value,
    later: (ms) => new Promise((resolve) => setTimeout(() => resolve(\`after \${ms}\`), ms)),
    fail: (code) => { throw Object.assign(new Error('a secret of the guest'), code ? { code } : {}) },
    bare: () => typeof ({}).polluted,
    unsendable: () => ({ map: new Map() }),
  }, { port: 5900 })`)
})
afterAll(() => lab[Symbol.asyncDispose]())

const connect = async () => new ServiceClient<Service>(await connectWhenReady(lab.enclave, 5900))

/** Sends raw bytes to the service and returns its raw answer. */
async function exchange(...parts: Uint8Array[]): Promise<Buffer> {
  const socket = await lab.enclave.connect(5900)
  const writer = socket.writable.getWriter()
  for (const part of parts) await writer.write(part)
  await writer.close().catch(() => {})
  return Buffer.from(await new Response(socket.readable).arrayBuffer().catch(() => new ArrayBuffer(0)))
}

function frame(body: Uint8Array, length = body.length): Uint8Array {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(length)
  return Buffer.concat([prefix, body])
}

describe('a call', () => {
  test('returns what the function returns', async () => {
    await using client = await connect()
    expect(await client.call.add({ a: 20, b: 22 })).toBe(42)
    const value = { text: 'ä', list: [1, -2, 3.5, null, true], bytes: Uint8Array.of(0, 255), big: 2 ** 40 }
    expect(await client.call.echo(value)).toEqual(value)
    expect(await client.call.echo(null)).toBe(null)
    expect(await client.call.echo(new Uint8Array(900_000))).toHaveLength(900_000)
  })

  test('can overtake a slow one, and many run concurrently', async () => {
    await using client = await connect()
    const order: string[] = []
    const slow = client.call.later(300).then((text) => order.push(text))
    const quick = client.call.later(0).then((text) => order.push(text))
    const many = Array.from({ length: 100 }, (_, at) => client.call.add({ a: at, b: 1 }))
    expect(await Promise.all(many)).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
    await Promise.all([slow, quick])
    expect(order).toEqual(['after 0', 'after 300'])
  })

  test('fails with the code of the function’s error, or without details if that has no code', async () => {
    await using client = await connect()
    await expect(client.call.fail('E_MINE')).rejects.toMatchObject({
      code: 'E_MINE',
      message: 'E_MINE: a secret of the guest',
    })
    await expect(client.call.fail(undefined)).rejects.toMatchObject({
      code: 'E_SERVICE_FAILED',
      what: 'the service failed',
      hint: expect.stringContaining('console'),
    })
  })

  test.each(['nothing', 'toString', '__proto__', 'constructor'])(
    'of %s is refused as unknown',
    async (name) => {
      await using client = await connect()
      const { call } = client as unknown as ServiceClient<Record<string, (one: number) => void>>
      await expect(call[name]!(1)).rejects.toMatchObject({ code: 'E_SERVICE_METHOD' })
    },
  )

  test('with an unsupported value in request or response fails with its path, and later calls work', async () => {
    await using client = await connect()
    await expect(client.call.echo({ tags: new Set([1]) })).rejects.toMatchObject({
      code: 'E_SERVICE_VALUE',
      message: expect.stringContaining('value.tags'),
    })
    await expect(client.call.unsendable()).rejects.toMatchObject({
      code: 'E_SERVICE_VALUE',
      message: expect.stringContaining('value.map'),
    })
    expect(await client.call.add({ a: 1, b: 1 })).toBe(2)
  })

  test('that is too long is refused before it is sent, and later calls work', async () => {
    await using client = await connect()
    await expect(client.call.echo(new Uint8Array(MAX_MESSAGE))).rejects.toMatchObject({
      code: 'E_SERVICE_FRAME',
    })
    expect(await client.call.add({ a: 1, b: 1 })).toBe(2)
  })

  test('fails if the connection is closed before or during it', async () => {
    const client = await connect()
    const pending = client.call.later(60_000)
    const failed = expect(pending).rejects.toMatchObject({ code: 'E_SERVICE_CLOSED' })
    await client.close()
    await failed
    await expect(client.call.add({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'E_SERVICE_CLOSED' })
  })
})

describe('a hostile parent', () => {
  test.each([
    ['a length of 4 GiB', [frame(new Uint8Array(4), 0xffffffff)]],
    ['invalid CBOR', [frame(Uint8Array.of(0x1c, 0xff))]],
    ['an incomplete CBOR item', [frame(Uint8Array.of(0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))]],
    ['a map instead of a call', [frame(encode({ method: 'add' }))]],
    ['a call whose id is not a number', [frame(encode([Kind.CALL, 'one', 'add', 1]))]],
    ['an empty message', [frame(new Uint8Array(0))]],
    ['an unknown kind of message', [frame(encode([7, 1, 'add', 1]))]],
    ['an unsupported tag', [frame(encode([Kind.CALL, 1, 'echo', new Set([1])]))]],
    ['a tagged call', [frame(Uint8Array.of(0xd8, 0x40, ...encode([Kind.CALL, 1, 'echo', 1])))]],
    ['too many levels', [frame(Uint8Array.of(0x84, 0, 1, 0x61, 0x61, ...new Uint8Array(70).fill(0x81), 0))]],
    ['an array longer than its message', [frame(Uint8Array.of(0x84, 0, 1, 0x61, 0x61, 0x9a, 0, 0, 1, 0))]],
    ['half a message', [frame(new Uint8Array(4), 100)]],
  ])('that sends %s loses only its own connection', async (_, parts) => {
    expect((await exchange(...parts)).length).toBe(0)
    await using client = await connect()
    expect(await client.call.add({ a: 1, b: 2 })).toBe(3)
  })

  test('cannot pollute prototypes with names like __proto__', async () => {
    await exchange(frame(encode([Kind.CALL, 1, 'echo', JSON.parse('{"__proto__":{"polluted":1}}')])))
    await using client = await connect()
    expect(await client.call.bare()).toBe('undefined')
  })

  test('that sends a message byte by byte is answered', async () => {
    const bytes = frame(encode([Kind.CALL, 7, 'add', { a: 1, b: 2 }]))
    const answer = await exchange(...Array.from(bytes, (byte) => Uint8Array.of(byte)))
    expect(answer.subarray(4)).toEqual(encode([Kind.RESULT, 7, 3]))
  })
})

describe('a hostile guest', () => {
  const answering = (bytes: Uint8Array) => ({
    readable: new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes) }),
    writable: new WritableStream<Uint8Array>(),
  })

  test.each([
    ['a length of 4 GiB', frame(new Uint8Array(4), 0xffffffff)],
    ['invalid CBOR', frame(Uint8Array.of(0x1c))],
    ['a string instead of a response', frame(encode('yes'))],
    ['an unsupported tag', frame(encode([Kind.RESULT, 1, new Set([1])]))],
    ['too many levels', frame(Uint8Array.of(0x83, 1, 1, ...new Uint8Array(70).fill(0x81), 0))],
    ['an array longer than its message', frame(Uint8Array.of(0x83, 1, 1, 0x9a, 0, 0, 1, 0))],
  ])('that answers with %s loses the connection', async (_, bytes) => {
    const client = new ServiceClient<Service>(answering(bytes))
    await expect(client.call.add({ a: 1, b: 1 })).rejects.toMatchObject({ code: 'E_SERVICE_CLOSED' })
  })

  test('that responds endlessly does not block other tasks', async () => {
    const answers = Buffer.concat(Array.from({ length: 1000 }, () => frame(encode([Kind.RESULT, 1, 1]))))
    let pulled = 0
    const readable = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1
        controller.enqueue(answers)
      },
    })
    await using client = new ServiceClient<Service>({ readable, writable: new WritableStream() })
    // All responses are to this call: those after the first mean nothing.
    void client.call.bare()
    await new Promise((resolve) => setImmediate(resolve))
    // Only microtasks have run, and they must not have read the endless stream.
    expect(pulled).toBeLessThan(5)
    await expect.poll(() => pulled).toBeGreaterThan(5)
  })

  test('that sends an error with an invalid code and a long text causes a short error without that code', async () => {
    const bad = frame(encode([Kind.FAILURE, 1, 'not a code!', 'x'.repeat(100_000)]))
    const client = new ServiceClient<Service>(answering(bad))
    const error = await client.call
      .add({ a: 1, b: 1 })
      .catch((thrown: { code: string; message: string }) => thrown)
    expect(error).toMatchObject({ code: 'E_SERVICE_FAILED' })
    expect((error as { message: string }).message.length).toBeLessThan(5000)
  })
})

test('what a function throws is on the console with its stack, and not in the answer', async () => {
  await using debugged = await Laboratory.open({ debug: true })
  await debugged.run(`void sdk.serve({
    fail: () => { throw new RangeError('the inner matter', { cause: new Error('the deeper one') }) },
    nothing: () => { throw undefined },
  }, { port: 5900 })`)
  await using client = new ServiceClient<{ fail(): void; nothing(): void }>(
    await connectWhenReady(debugged.enclave, 5900),
  )
  const failed = { code: 'E_SERVICE_FAILED', what: 'the service failed' }
  await expect(client.call.fail()).rejects.toMatchObject(failed)
  await expect(client.call.nothing()).rejects.toMatchObject(failed)
  const text = debugged.enclave.console()
  expect(text).toMatch(/serve: fail threw RangeError: the inner matter\n {4}at fail \(.*:\d+:\d+\)/)
  expect(text).toContain('[cause]: Error: the deeper one')
  expect(text).toContain('serve: nothing threw undefined')
  await expect((client.call as unknown as { none(): Promise<void> }).none()).rejects.toMatchObject({
    code: 'E_SERVICE_METHOD',
  })
})
