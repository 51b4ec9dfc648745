/** Servers in C with the sockets of POSIX: poll, select, stdio, many connections, large bodies. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createParent, type Enclave, type Parent, type VsockSocket } from '../../src/parent/index.ts'
import { clang, imageOf, program } from './compile.ts'

const SHARE = { vcpus: 1, memoryMiB: 64 }

/** Connects as soon as the program listens. */
async function connectTo(enclave: Enclave): Promise<VsockSocket> {
  for (;;) {
    const outcome = await enclave.connect(5000).catch((error: { code?: string }) => error)
    if ('writable' in outcome) return outcome
    if (outcome.code !== 'E_VSOCK_REFUSED') throw outcome
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function echoed(socket: VsockSocket, bytes: Uint8Array): Promise<Buffer> {
  const writer = socket.writable.getWriter()
  const written = writer.write(bytes).then(() => writer.close())
  const answer = Buffer.from(
    await new Response(socket.readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  )
  await written
  return answer
}

describe.skipIf(!clang)('a server in C', () => {
  let parent: Parent
  beforeAll(async () => {
    parent = await createParent({ vcpus: 4, memoryMiB: 256 })
  })
  afterAll(() => parent?.close())

  test('echoes megabytes and a hundred connections at once, by poll', async () => {
    const enclave = await parent.start(await imageOf(program('guests/c/echo-server.c')), SHARE)
    const large = Buffer.alloc(3_000_000, 'The quick brown fox. ')
    expect((await echoed(await connectTo(enclave), large)).equals(large)).toBe(true)
    const sockets = await Promise.all(Array.from({ length: 100 }, () => connectTo(enclave)))
    const answers = await Promise.all(
      sockets.map((socket, at) => echoed(socket, Buffer.from(`number ${at}`))),
    )
    expect(answers.map(String)).toEqual(sockets.map((_, at) => `number ${at}`))
    await enclave.stop()
  })

  test('answers lines by select, with stdio over sockets, and ends', async () => {
    const enclave = await parent.start(await imageOf(program('select')), SHARE)
    const [one, other] = [await connectTo(enclave), await connectTo(enclave)]
    const ask = async (socket: VsockSocket, line: string) => {
      const [writer, reader] = [socket.writable.getWriter(), socket.readable.getReader()]
      await writer.write(new TextEncoder().encode(line))
      let answer = ''
      while (!answer.endsWith('\n')) {
        const { value, done } = await reader.read()
        if (done) break
        answer += new TextDecoder().decode(value)
      }
      writer.releaseLock()
      reader.releaseLock()
      return answer
    }
    expect(await ask(other, 'second\n')).toBe('you said second\n')
    expect(await ask(one, 'first\n')).toBe('you said first\n')
    await ask(one, 'end\n').catch(() => {})
    expect(await enclave.exited).toMatchObject({ kind: 'exited', status: 0 })
  })
})
