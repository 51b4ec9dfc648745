/** vsock between an application's module and its test. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { ServiceClient } from '../../src/client/index.ts'
import { sdk, testEnclave } from './modules.ts'

const { serve, vsock } = sdk
afterEach(() => testEnclave.reset())

const readAll = async (readable: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())

describe('the test connects', () => {
  it('to a service, and calls it', async () => {
    const handlers = {
      add: ({ a, b }: { a: number; b: number }) => a + b,
      echo: (bytes: Uint8Array) => bytes,
    }
    void serve(handlers)
    await using client = new ServiceClient<typeof handlers>(await testEnclave.connect(5000))
    expect(await client.call.add({ a: 1, b: 2 })).toBe(3)
    const large = crypto.getRandomValues(new Uint8Array(60_000))
    expect(await client.call.echo(large)).toEqual(large)
    const sums = Array.from({ length: 100 }, (_, a) => client.call.add({ a, b: 1 }))
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 100 }, (_, a) => a + 1))
  })

  it('with backpressure: what nobody reads waits at the sender', async () => {
    const listening = vsock.listen(6000)
    const accepted = listening.next()
    const socket = await testEnclave.connect(6000)
    const guest = (await accepted).value!
    let isWritten = false
    const written = guest.write(new Uint8Array(3_000_000)).then(() => {
      isWritten = true
      guest.end()
    })
    await sleep(50)
    expect(isWritten).toBe(false)
    expect((await readAll(socket.readable)).length).toBe(3_000_000)
    await written
    await listening.return()
  })

  it('and is refused where the application does not listen', async () => {
    await expect(testEnclave.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
  })

  it('until its signal aborts', async () => {
    const reason = new Error('the test has ended')
    await expect(testEnclave.connect(5000, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('the application connects', () => {
  it('to a listener of the test', async () => {
    testEnclave.listen(9001, (socket) => socket.readable.pipeTo(socket.writable))
    const socket = await vsock.connect(9001)
    expect(socket.local.cid).toBe(testEnclave.cid)
    await socket.write(new TextEncoder().encode('hello'))
    socket.end()
    const parts: Uint8Array[] = []
    for await (const part of socket) parts.push(part)
    expect(Buffer.concat(parts).toString()).toBe('hello')
    socket.close()
  })

  it('and is refused where the test does not listen', async () => {
    await expect(vsock.connect(9001)).rejects.toMatchObject({ code: 'refused' })
  })

  it('but not to a port that it cannot have', async () => {
    await expect(vsock.connect(-1)).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})

describe('reset', () => {
  it('ends connections and listeners of both sides', async () => {
    testEnclave.listen(9001, () => {})
    void serve({ wait: () => new Promise(() => {}) })
    const socket = await testEnclave.connect(5000)
    testEnclave.reset({ cid: 20 })
    await expect(socket.closed).resolves.toBeDefined()
    await expect(testEnclave.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    await expect(vsock.connect(9001)).rejects.toMatchObject({ code: 'refused' })
    expect([testEnclave.cid, vsock.localCid()]).toEqual([20, 20])
    void serve({ one: () => 1 })
    const client = new ServiceClient<{ one(): number }>(await testEnclave.connect(5000))
    expect(await client.call.one()).toBe(1)
  })

  it('gives the next enclave arguments, environment and files', () => {
    testEnclave.reset({
      args: ['--port', '1'],
      env: { COLOUR: 'blue' },
      files: { 'a/b': new Uint8Array([7]) },
    })
    expect([sdk.args(), sdk.env()]).toEqual([['--port', '1'], { COLOUR: 'blue' }])
    const file = sdk.readFile('a/b')!
    file[0] = 8
    expect(sdk.readFile('a/b')).toEqual(new Uint8Array([7]))
    expect([sdk.readFile('a'), sdk.readFile('constructor')]).toEqual([undefined, undefined])
    testEnclave.reset()
    expect([sdk.args(), sdk.env(), sdk.readFile('a/b')]).toEqual([[], {}, undefined])
  })
})
