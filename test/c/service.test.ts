/** `<webclave/service.h>`: a service in C for the clients of `serve`, and a hostile parent. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'
import { createParent, type Enclave, type Parent } from '../../src/parent/index.ts'
import { connectWhenReady } from '../support/laboratory.ts'
import { clang, imageOf, program } from './compile.ts'

type Service = {
  echo(bytes: Uint8Array): Uint8Array
  count(request: { step: number }): { calls: number; list: [number, string] }
  nothing(): undefined
  large(length: number): Uint8Array
  missing(): undefined
}

const frame = (...message: number[]) => Uint8Array.of(0, 0, 0, message.length, ...message)

describe.skipIf(!clang)('a service in C', () => {
  let parent: Parent
  let enclave: Enclave
  let client: ServiceClient<Service>
  beforeAll(async () => {
    parent = await createParent({ vcpus: 1, memoryMiB: 64 })
    // Milliseconds of the processor: less than the test with too many connections waits.
    const share = { vcpus: 1, memoryMiB: 64, cpuLimit: 3000 }
    enclave = await parent.start(await imageOf(program('service')), share)
    client = new ServiceClient<Service>(await connectWhenReady(enclave, 5000))
  })
  afterAll(() => parent?.close())

  test('answers calls with values, or with its own error', async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => at)
    expect(await client.call.echo(bytes)).toEqual(bytes)
    expect(await client.call.count({ step: 3 })).toEqual({ calls: 3, list: [1, 'zwei'] })
    expect(await client.call.count({ step: 2 ** 40 })).toMatchObject({ calls: 2 ** 40 + 3 })
    expect(await client.call.count({ step: 0.5 })).toMatchObject({ calls: 2 ** 40 + 3 })
    expect(await client.call.nothing()).toBeUndefined()
    await expect(client.call.echo('text' as never)).rejects.toMatchObject({ code: 'E_ARGUMENT' })
    await expect(client.call.missing()).rejects.toMatchObject({ code: 'E_SERVICE_METHOD' })
    await expect(client.call.large(1 << 20)).rejects.toMatchObject({ code: 'E_SERVICE_FRAME' })
    const items = (async function* () {
      yield bytes
    })()
    await expect(client.call.echo(items as never)).rejects.toMatchObject({ code: 'E_SERVICE_VALUE' })
    // None of this has ended the connection.
    expect(await client.call.echo(bytes)).toEqual(bytes)
  })

  test('answers many calls at once, and large ones', async () => {
    const all = await Promise.all(
      Array.from({ length: 500 }, (_, at) => client.call.echo(Uint8Array.of(at & 255))),
    )
    expect(all.map(([byte]) => byte)).toEqual(Array.from({ length: 500 }, (_, at) => at & 255))
    const large = new Uint8Array(1_000_000).fill(7)
    const answers = await Promise.all(Array.from({ length: 6 }, () => client.call.echo(large)))
    for (const answer of answers) expect(Buffer.compare(answer, large)).toBe(0)
    // Results that are sent together have a limit each.
    const [half, rest] = await Promise.all([500_000, 600_000].map((length) => client.call.large(length)))
    expect([half!.length, rest!.length]).toEqual([500_000, 600_000])
  })

  test.each([
    ['a message of no bytes', frame()],
    ['a message that is longer than the limit', Uint8Array.of(0, 16, 0, 1)],
    ['a message that is not CBOR', frame(0xff)],
    ['a message with a cut string', frame(0x84, 0, 1, 0x65, 0x61)],
    ['a message with bytes after it', frame(0x84, 0, 1, 0x61, 0x61, 0xf6, 0)],
    ['a message of indefinite length', frame(0x9f, 0, 1, 0x61, 0x61, 0xf6, 0xff)],
    ['a list of four billion values', frame(0x9a, 0xff, 0xff, 0xff, 0xff, 0)],
    ['a message that is nested a hundred times', frame(...Array<number>(100).fill(0x81), 0)],
    ['a key that is not a text', frame(0x84, 0, 1, 0x61, 0x61, 0xa1, 1, 1)],
    ['a call without a name', frame(0x83, 0, 1, 0xf6)],
    ['a result', frame(0x83, 1, 1, 0xf6)],
  ])('%s ends its connection, and no other', async (_, bytes) => {
    const socket = await enclave.connect(5000)
    await socket.writable.getWriter().write(bytes)
    const answer = await new Response(socket.readable as ReadableStream<Uint8Array<ArrayBuffer>>)
      .arrayBuffer()
      .catch(() => new ArrayBuffer(0))
    expect(answer.byteLength).toBe(0)
    expect(await client.call.echo(Uint8Array.of(1))).toEqual(Uint8Array.of(1))
  })

  test('serves 64 connections; another one waits for one of them to end', async () => {
    const others = await Promise.all(
      Array.from({ length: 63 }, async () => new ServiceClient<Service>(await enclave.connect(5000))),
    )
    for (const other of others) await other.call.nothing()
    const late = new ServiceClient<Service>(await enclave.connect(5000))
    let isAnswered = false
    const answer = late.call.nothing().then(() => {
      isAnswered = true
    })
    await client.call.echo(Uint8Array.of(1))
    // Meanwhile the service sleeps.
    await new Promise((resolve) => setTimeout(resolve, 3500))
    expect(isAnswered).toBe(false)
    await others[0]!.close()
    await answer
    await Promise.all([...others, late].map((each) => each.close()))
  })
})
