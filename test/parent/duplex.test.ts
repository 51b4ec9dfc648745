/** webclave/node: a connection as a Node stream, with its backpressure, its halves and its abrupt end; and signals. */
import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildImage } from '../../src/image/index.ts'
import { toDuplex } from '../../src/node/index.ts'
import { createParent, VsockSocket } from '../../src/parent/index.ts'
import { Laboratory } from '../support/laboratory.ts'

const MIB = 1 << 20

let lab: Laboratory

beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

/** Runs `code` in the enclave for the one connection to `port`; the stream of it. */
async function served(port: number, code: string) {
  const done = lab.attempt(`
    for await (const socket of sdk.vsock.listen(${port})) {
      ${code}
      return 'done'
    }`)
  for (;;) {
    const socket = await lab.enclave.connect(port).catch((error: { code?: string }) => error)
    if (socket instanceof VsockSocket) return { stream: toDuplex(socket), socket, done }
    if (socket.code !== 'E_VSOCK_REFUSED') throw socket
  }
}

describe('toDuplex', () => {
  test('pipeline carries 4 MiB there and back unchanged', async () => {
    const { stream, socket, done } = await served(
      7101,
      'for await (const bytes of socket) await socket.write(bytes); socket.close()',
    )
    const chunks = Array.from({ length: 64 }, () => crypto.getRandomValues(new Uint8Array(65536)))
    const received: Uint8Array[] = []
    const keep = new Writable({
      write(chunk: Uint8Array, _, callback) {
        received.push(chunk)
        callback()
      },
    })
    await pipeline(Readable.from(chunks), stream, keep)
    expect(Buffer.compare(Buffer.concat(received), Buffer.concat(chunks))).toBe(0)
    expect((await done).value).toBe('done')
    expect(await socket.closed).toBe('closed')
  })

  test('the enclave’s half may end first, and this one still be written to', async () => {
    const { stream, done } = await served(
      7102,
      `await socket.write(new TextEncoder().encode('first'))
      socket.end()
      let text = ''
      for await (const bytes of socket) text += new TextDecoder().decode(bytes)
      socket.close()
      return text`,
    )
    // By its events: an async iterator destroys a stream that it has read to the end.
    let first = ''
    stream.on('data', (bytes) => {
      first += bytes
    })
    await once(stream, 'end')
    expect(first).toBe('first')
    expect(stream.writable).toBe(true)
    stream.end('second')
    await once(stream, 'close')
    expect((await done).value).toBe('second')
  })

  test('without allowHalfOpen it ends with the enclave’s half', async () => {
    const done = lab.run(`
      for await (const socket of sdk.vsock.listen(7103)) {
        socket.end()
        const rest = await socket.read()
        socket.close()
        return rest ?? 'end'
      }`)
    let socket: VsockSocket | undefined
    while (!socket) socket = await lab.enclave.connect(7103).catch(() => undefined)
    const stream = toDuplex(socket, { allowHalfOpen: false })
    stream.resume()
    await once(stream, 'close')
    expect(await done).toBe('end')
  })

  test('an enclave that does not read stops the writer, and destroy resets it', async () => {
    const { stream, socket, done } = await served(
      7104,
      `await socket.write(new Uint8Array(1))
      while (!globalThis.go) await new Promise((resolve) => setTimeout(resolve, 1))
      try { for (;;) if ((await socket.read()) === undefined) break } catch (error) { return error.code }`,
    )
    // A connection that is reset before it is accepted never was one to the enclave.
    await once(stream, 'readable')
    let taken = 0
    const endless = new Readable({
      read() {
        taken += 65536
        this.push(Buffer.alloc(65536))
      },
    })
    const piped = pipeline(endless, stream)
    piped.catch(() => {})
    // Nothing more is taken once every buffer is full: the enclave's, both rings', and the streams' own.
    while (socket.bytesSent < 262144) await new Promise((resolve) => setImmediate(resolve))
    expect(taken).toBeLessThan(2 * MIB)
    stream.destroy(new Error('enough'))
    await expect(piped).rejects.toThrow()
    expect(await socket.closed).toBe('reset')
    await lab.run('globalThis.go = true')
    expect((await done).value).toBe('reset')
  })

  test('a reader that has stopped stops the enclave', async () => {
    const { stream, socket } = await served(
      7105,
      'try { for (;;) await socket.write(new Uint8Array(65536)) } catch (error) { return error.code }',
    )
    await once(stream, 'readable')
    stream.read(1)
    // Whoever talks to the enclave now is answered: what the stopped one could take, it has taken by then.
    expect(await lab.run('return 1')).toBe(1)
    expect(socket.bytesReceived).toBeLessThan(MIB)
    stream.destroy()
    expect(await socket.closed).toBe('reset')
  })

  test('a reset by the enclave’s end destroys it with the reason', async () => {
    await using other = await Laboratory.open()
    const stream = toDuplex(await other.enclave.connect(5000))
    const failed = once(stream, 'error')
    await other.enclave.stop()
    expect((await failed)[0]).toMatchObject({ code: 'E_VSOCK_RESET' })
    expect(stream.destroyed).toBe(true)
  })

  test('after a normal end nothing is reset', async () => {
    const stream = toDuplex(await lab.enclave.connect(5000))
    stream.end('return "fine"')
    expect(JSON.parse(String(await buffer(stream)))).toEqual({ value: 'fine' })
    await (stream.closed || once(stream, 'close'))
    expect(stream.errored).toBeNull()
  })
})

describe('signals', () => {
  test('give up a connection that is being made, and no other', async () => {
    const { eif } = await buildImage({ app: { source: 'for (;;);' } })
    await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
    const spinning = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
    const controller = new AbortController()
    const connecting = spinning.connect(5000, { signal: controller.signal })
    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(connecting).rejects.toBe(reason)
    await expect(spinning.connect(5000, { signal: controller.signal })).rejects.toBe(reason)
  })

  test('do nothing to a connection that is made', async () => {
    const controller = new AbortController()
    const stream = toDuplex(await lab.enclave.connect(5000, { signal: controller.signal }))
    controller.abort()
    stream.end('return 7')
    expect(JSON.parse(await text(stream))).toEqual({ value: 7 })
  })

  test('close a listener, whose port is free again', () => {
    const controller = new AbortController()
    lab.parent.listen(8010, () => {}, { signal: controller.signal })
    expect(() => lab.parent.listen(8010, () => {})).toThrow(
      expect.objectContaining({ code: 'E_VSOCK_PORT_TAKEN' }),
    )
    controller.abort()
    using again = lab.parent.listen(8010, () => {})
    expect(again.port).toBe(8010)
    expect(() => lab.parent.listen(8011, () => {}, { signal: controller.signal })).toThrow('aborted')
  })
})
