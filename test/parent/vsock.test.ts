/** vsock between a parent instance and a TypeScript guest, in both directions. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Laboratory, receiveAll, receiveBytes, send } from '../support/laboratory.ts'

let lab: Laboratory

beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

describe('from the parent to the enclave', () => {
  test('a connection transfers bytes in both directions and half-closes', async () => {
    expect(await lab.run('return 6 * 7')).toBe(42)
  })

  test('40 concurrent connections are served', async () => {
    const sums = Array.from({ length: 40 }, (_, at) => lab.run<number>(`return ${at} + 1`))
    expect(await Promise.all(sums)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1))
  })

  test('a port without a listener refuses, and the enclave continues', async () => {
    await expect(lab.enclave.connect(6000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    expect(await lab.run('return 1')).toBe(1)
  })

  test('a megabyte is echoed unchanged', async () => {
    const echo = `
      for await (const socket of sdk.vsock.listen(7001)) {
        for await (const bytes of socket) await socket.write(bytes)
        socket.close()
        return 'done'
      }`
    const done = lab.run(echo)
    const data = crypto.getRandomValues(new Uint8Array(65536))
    const payload = new Uint8Array(1 << 20).map((_, at) => data[at % 65536]! ^ (at >> 16))
    const socket = await connectWhenReady(7001)
    const [received] = await Promise.all([receiveBytes(socket), send(socket, payload)])
    expect(Buffer.compare(received, payload)).toBe(0)
    expect(socket.bytesSent).toBe(1 << 20)
    expect(socket.bytesReceived).toBe(1 << 20)
    expect(await done).toBe('done')
    expect(await socket.closed).toBe('closed')
  })

  test('a BYOB reader gets all bytes in its own array', async () => {
    const socket = await lab.enclave.connect(5000)
    const writer = socket.writable.getWriter()
    await writer.write(new TextEncoder().encode('return "x".repeat(100_000)'))
    await writer.close()
    const reader = socket.readable.getReader({ mode: 'byob' })
    let array = new Uint8Array(4096)
    let text = ''
    for (;;) {
      const { value, done } = await reader.read(array)
      if (done) break
      expect(value.byteLength).toBeGreaterThan(0)
      expect(value.buffer.byteLength).toBe(4096)
      text += new TextDecoder().decode(value)
      array = new Uint8Array(value.buffer)
    }
    expect(text).toContain(JSON.stringify('x'.repeat(100_000)))
    expect(await socket.closed).toBe('closed')
  })

  test('a connection that is closed right after a write still delivers the bytes', async () => {
    const done = lab.run(`
      for await (const socket of sdk.vsock.listen(7003)) {
        await socket.write(new TextEncoder().encode('bye'))
        socket.close()
        return 'done'
      }`)
    const socket = await connectWhenReady(7003)
    expect(await receiveAll(socket)).toBe('bye')
    expect(await done).toBe('done')
  })

  test('all waiting connections are accepted before other tasks run', async () => {
    const turns = lab.run<number>(`
      const listener = sdk.vsock.listen(7004)
      const { value: first } = await listener.next()
      await first.read()
      let turns = 0
      let timer
      const work = () => {
        turns += 1
        timer = setTimeout(work)
      }
      work()
      for (let accepted = 0; accepted < 16; accepted++) await listener.next()
      clearTimeout(timer)
      return turns`)
    const first = await connectWhenReady(7004)
    const waiting = await Promise.all(Array.from({ length: 16 }, () => lab.enclave.connect(7004)))
    await send(first, new Uint8Array(1))
    expect(await turns).toBe(1)
    for (const socket of [first, ...waiting]) socket.close()
  })

  test('closing without reading does not affect other connections', async () => {
    const socket = await lab.enclave.connect(5000)
    socket.close()
    await socket.closed
    expect(await lab.run('return "still here"')).toBe('still here')
  })
})

describe('from the enclave to the parent', () => {
  test('a listener of the parent gets the connection with the enclave’s CID', async () => {
    const cids: number[] = []
    using _ = lab.parent.listen(8000, async (socket) => {
      cids.push(socket.remote.cid)
      const question = await receiveAll(socket)
      await send(socket, `re: ${question}`)
    })
    const answer = await lab.run(`
      const socket = await sdk.vsock.connect(8000)
      await socket.write(new TextEncoder().encode('hello'))
      socket.end()
      let text = ''
      for await (const bytes of socket) text += new TextDecoder().decode(bytes)
      return text`)
    expect(answer).toBe('re: hello')
    expect(cids).toEqual([lab.enclave.cid])
  })

  test('a port on which the parent does not listen refuses', async () => {
    const reply = await lab.attempt('await sdk.vsock.connect(8999)')
    expect(reply.error).toMatchObject({ name: 'VsockError', code: 'refused' })
  })

  test('a reset is reported to the guest', async () => {
    using _ = lab.parent.listen(8001, (socket) => socket.writable.abort())
    const reply = await lab.attempt(`
      const socket = await sdk.vsock.connect(8001)
      return await socket.read()`)
    expect(reply.error).toMatchObject({ name: 'VsockError', code: 'reset' })
  })

  test('a handler that throws closes only its connection', async () => {
    using _ = lab.parent.listen(8002, () => {
      throw new Error('a mistake of the parent’s')
    })
    expect(
      await lab.run('const socket = await sdk.vsock.connect(8002); return (await socket.read()) ?? "end"'),
    ).toBe('end')
    expect(await lab.run('return 1')).toBe(1)
  })

  test('a port has one listener at a time, and can be used again after it was closed', () => {
    const first = lab.parent.listen(8003, () => {})
    expect(() => lab.parent.listen(8003, () => {})).toThrow(
      expect.objectContaining({ code: 'E_VSOCK_PORT_TAKEN' }),
    )
    first.close()
    lab.parent.listen(8003, () => {}).close()
  })
})

describe('backpressure', () => {
  test('a guest stops writing when the parent’s buffer is full, and everything arrives once the parent reads', async () => {
    const total = 2 << 20
    const finished = lab.run<number>(`
      for await (const socket of sdk.vsock.listen(7002)) {
        const chunk = new Uint8Array(65536)
        let sent = 0
        while (sent < ${total}) { await socket.write(chunk); sent += chunk.length }
        socket.close()
        return sent
      }`)
    const socket = await connectWhenReady(7002)
    // The round trips of another connection give the writer time to fill the buffer.
    for (let count = 0; count < 20; count++) await lab.run('return 0')
    expect(socket.bytesReceived).toBeLessThanOrEqual(1048576)
    expect((await receiveBytes(socket)).byteLength).toBe(total)
    expect(await finished).toBe(total)
  })
})

/** Connects once the guest listens; until then, it refuses. */
async function connectWhenReady(port: number) {
  for (;;) {
    try {
      return await lab.enclave.connect(port)
    } catch (error) {
      if ((error as { code?: string }).code !== 'E_VSOCK_REFUSED') throw error
    }
  }
}
