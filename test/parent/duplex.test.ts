/** `webclave/node`: a connection as a Node Duplex stream: backpressure, half-close, reset; and abort signals. */
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

/** Runs `code` in the enclave for one connection to `port`, and returns the parent's stream of that connection. */
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
  test('echoes 4 MiB unchanged through pipeline', async () => {
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

  test('can still be written to after the enclave has ended its side', async () => {
    const { stream, done } = await served(
      7102,
      `await socket.write(new TextEncoder().encode('first'))
      socket.end()
      let text = ''
      for await (const bytes of socket) text += new TextDecoder().decode(bytes)
      socket.close()
      return text`,
    )
    // Read by events, because an async iterator destroys the stream at its end.
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

  test('ends when the enclave ends its side if allowHalfOpen is false', async () => {
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

  test('stops writing if the enclave does not read, and destroy resets the connection', async () => {
    const { stream, socket, done } = await served(
      7104,
      `await socket.write(new Uint8Array(1))
      while (!globalThis.go) await new Promise((resolve) => setTimeout(resolve, 1))
      try { for (;;) if ((await socket.read()) === undefined) break } catch (error) { return error.code }`,
    )
    // Until the enclave has accepted the connection, it would not notice the reset.
    await once(stream, 'readable')
    let produced = 0
    const endless = new Readable({
      read() {
        produced += 65536
        this.push(Buffer.alloc(65536))
      },
    })
    const piped = pipeline(endless, stream)
    piped.catch(() => {})
    // The source stops once all buffers are full: the enclave's, both rings', and the streams' own.
    while (socket.bytesSent < 262144) await new Promise((resolve) => setImmediate(resolve))
    expect(produced).toBeLessThan(2 * MIB)
    stream.destroy(new Error('enough'))
    await expect(piped).rejects.toThrow()
    expect(await socket.closed).toBe('reset')
    await lab.run('globalThis.go = true')
    expect((await done).value).toBe('reset')
  })

  test('stops the enclave’s writes if it is not read', async () => {
    const { stream, socket } = await served(
      7105,
      'try { for (;;) await socket.write(new Uint8Array(65536)) } catch (error) { return error.code }',
    )
    await once(stream, 'readable')
    stream.read(1)
    // Other connections still work. By the time of this answer, all buffers of the stopped one are full.
    expect(await lab.run('return 1')).toBe(1)
    expect(socket.bytesReceived).toBeLessThan(MIB)
    stream.destroy()
    expect(await socket.closed).toBe('reset')
  })

  test('is destroyed with E_VSOCK_RESET when the enclave ends', async () => {
    await using other = await Laboratory.open()
    const stream = toDuplex(await other.enclave.connect(5000))
    const failed = once(stream, 'error')
    await other.enclave.stop()
    expect((await failed)[0]).toMatchObject({ code: 'E_VSOCK_RESET' })
    expect(stream.destroyed).toBe(true)
  })

  test('does not reset the connection after a normal end', async () => {
    const stream = toDuplex(await lab.enclave.connect(5000))
    stream.end('return "fine"')
    expect(JSON.parse(String(await buffer(stream)))).toEqual({ value: 'fine' })
    await (stream.closed || once(stream, 'close'))
    expect(stream.errored).toBeNull()
  })
})

describe('an abort signal', () => {
  test('rejects a connect that is pending or begins later', async () => {
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

  test('does not affect an established connection', async () => {
    const controller = new AbortController()
    const stream = toDuplex(await lab.enclave.connect(5000, { signal: controller.signal }))
    controller.abort()
    stream.end('return 7')
    expect(JSON.parse(await text(stream))).toEqual({ value: 7 })
  })

  test('closes a listener, whose port can be used again', () => {
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
