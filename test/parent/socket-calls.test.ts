/**
 * Invalid input to the parent's side of vsock, call by call: invalid ports, chunks that are not bytes, empty and huge
 * chunks, and closed sockets. Each has one outcome. The enclave's side is in test/kernel/vsock.test.ts.
 */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import { toDuplex } from '../../src/node/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { Laboratory, receiveAll } from '../support/laboratory.ts'

const INVALID_PORTS: readonly unknown[] = [
  -1,
  0.5,
  NaN,
  Infinity,
  2 ** 32 - 1,
  2 ** 32,
  '5000',
  5000n,
  null,
  undefined,
  {},
]
const EDGE_PORTS = [0, 2 ** 32 - 2]
const INVALID_CHUNKS: readonly unknown[] = [
  'text',
  7,
  null,
  undefined,
  {},
  [1],
  new ArrayBuffer(1),
  new Uint16Array(1),
]
const GIB4 = 2 ** 32

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

const code = (value: string) => expect.objectContaining({ code: value })
const bytes = (text: string) => new TextEncoder().encode(text)

/** A connection in each state. On port 5000, the enclave runs the source code that it receives. */
const SOCKETS = {
  open: async () => lab.enclave.connect(5000),
  closed: async () => {
    const socket = await lab.enclave.connect(5000)
    socket.close()
    expect(await socket.closed).toBe('closed')
    return socket
  },
  reset: async () => {
    const socket = await lab.enclave.connect(5000)
    socket.reset()
    expect(await socket.closed).toBe('reset')
    return socket
  },
}
const ENDED = [
  ['closed', 'E_VSOCK_CLOSED'],
  ['reset', 'E_VSOCK_RESET'],
] as const

describe('Enclave.connect', () => {
  test.each(INVALID_PORTS)('refuses %o as a port', async (port) => {
    await expect(lab.enclave.connect(port as number)).rejects.toEqual(code('E_VSOCK_PORT'))
  })

  test.each(EDGE_PORTS)('is refused by port %i without a listener', async (port) => {
    await expect(lab.enclave.connect(port)).rejects.toEqual(code('E_VSOCK_REFUSED'))
  })

  test.each(EDGE_PORTS)('connects to a listener on port %i', async (port) => {
    const done = lab.run(
      `for await (const socket of sdk.vsock.listen(${port})) { socket.close(); return 'met' }`,
    )
    await lab.run('return "it listens now"')
    const socket = await lab.enclave.connect(port)
    expect(socket.remote).toEqual({ cid: lab.enclave.cid, port })
    expect(await done).toBe('met')
  })
})

describe('the SDK', () => {
  const literals = ['-1', '0.5', 'NaN', 'Infinity', '2 ** 32 - 1', '2 ** 32'].map((port) => [
    port,
    'invalid-argument',
  ])
  const wrongTypes = ['"5000"', '5000n', 'null', 'undefined'].map((port) => [port, 'E_ARGUMENT'])
  test.each([...literals, ...wrongTypes])('refuses %s as a port', async (port, code) => {
    for (const call of [
      `await sdk.vsock.connect(${port})`,
      `for await (const _ of sdk.vsock.listen(${port}));`,
    ]) {
      expect((await lab.attempt(call)).error).toMatchObject({ code })
    }
  })
})

describe('Parent.listen', () => {
  test.each(INVALID_PORTS)('refuses %o as a port', (port) => {
    expect(() => lab.parent.listen(port as number, () => {})).toThrow(code('E_VSOCK_PORT'))
  })

  test.each(EDGE_PORTS)('listens on port %i', async (port) => {
    using _ = lab.parent.listen(port, (socket) => socket.writable.getWriter().write(bytes('here')))
    const read = `const socket = await sdk.vsock.connect(${port}); return (await socket.read()).length`
    expect(await lab.run(read)).toBe(4)
  })

  test('refuses the heartbeat’s port, and all ports once the parent instance is closed', async () => {
    expect(() => lab.parent.listen(HEARTBEAT_PORT, () => {})).toThrow(code('E_VSOCK_PORT_TAKEN'))
    const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
    await parent.close()
    expect(() => parent.listen(8000, () => {})).toThrow(code('E_PARENT_CLOSED'))
  })
})

describe('VsockSocket', () => {
  test.each(INVALID_CHUNKS)('refuses to write %o', async (chunk) => {
    const socket = await SOCKETS.open()
    await expect(socket.writable.getWriter().write(chunk as Uint8Array)).rejects.toEqual(
      code('E_VSOCK_CHUNK'),
    )
    expect(socket.bytesSent).toBe(0)
    socket.close()
    expect(await socket.closed).toBe('closed')
  })

  test('accepts an empty write, which sends no packet', async () => {
    const socket = await SOCKETS.open()
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(0))
    expect(socket.bytesSent).toBe(0)
    await writer.write(bytes('return 1'))
    await writer.close()
    expect(JSON.parse(await receiveAll(socket))).toEqual({ value: 1 })
  })

  test('reads into a buffer of 4 GiB, and refuses an empty buffer', async () => {
    const socket = await SOCKETS.open()
    const reader = socket.readable.getReader({ mode: 'byob' })
    await expect(reader.read(new Uint8Array(0))).rejects.toThrow(TypeError)
    const writer = socket.writable.getWriter()
    await writer.write(bytes('return 2'))
    await writer.close()
    const { value } = await reader.read(new Uint8Array(GIB4))
    expect(value?.buffer.byteLength).toBe(GIB4)
    expect('{"value":2}'.startsWith(new TextDecoder().decode(value))).toBe(true)
  })

  test.each(ENDED)('that is %s refuses writes of one byte and of none: %s', async (state, reason) => {
    for (const length of [0, 1]) {
      const socket = await SOCKETS[state]()
      const write = socket.writable.getWriter().write(new Uint8Array(length))
      await expect(write).rejects.toEqual(code(reason))
      expect(socket.bytesSent).toBe(0)
    }
  })

  test('ends reads if it is closed, and rejects them if it was reset', async () => {
    const closed = await SOCKETS.closed()
    expect((await closed.readable.getReader().read()).done).toBe(true)
    const reset = await SOCKETS.reset()
    await expect(reset.readable.getReader().read()).rejects.toEqual(code('E_VSOCK_RESET'))
  })

  test.each(ENDED)('that is %s stays so if it is closed or reset again', async (state) => {
    const socket = await SOCKETS[state]()
    socket.close()
    socket.reset()
    await socket[Symbol.asyncDispose]()
    expect(await socket.closed).toBe(state)
    expect(await lab.run('return "still here"')).toBe('still here')
  })
})

describe('a Duplex', () => {
  const writeResult = (stream: Duplex, chunk: unknown) =>
    new Promise((resolve) => {
      stream.on('error', () => {})
      stream.write(chunk, resolve)
    })

  test.each([
    [7, 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_STREAM_NULL_VALUES'],
    [{}, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses to write %o: %s', async (chunk, reason) => {
    const stream = toDuplex(await SOCKETS.open())
    expect(() => stream.write(chunk)).toThrow(code(reason))
    stream.destroy()
  })

  test('accepts an empty write', async () => {
    const stream = toDuplex(await SOCKETS.open())
    expect(await writeResult(stream, new Uint8Array(0))).toBeFalsy()
    stream.end('return 3')
    const [reply] = await once(stream, 'data')
    expect(JSON.parse(String(reply))).toEqual({ value: 3 })
  })

  test('cannot read 4 GiB at once: Node’s limit is 1 GiB', async () => {
    const stream = toDuplex(await SOCKETS.open())
    expect(() => stream.read(GIB4)).toThrow(code('ERR_OUT_OF_RANGE'))
    stream.destroy()
  })

  test.each([
    ['closed', 'E_VSOCK_CLOSED'],
    ['reset', 'ERR_STREAM_DESTROYED'],
  ] as const)('of a socket that is %s rejects writes of one byte and of none: %s', async (state, reason) => {
    for (const length of [0, 1]) {
      const socket = await SOCKETS[state]()
      const stream = toDuplex(socket)
      stream.on('error', () => {})
      if (state === 'reset') await new Promise((resolve) => stream.once('close', resolve))
      expect(await writeResult(stream, new Uint8Array(length))).toEqual(code(reason))
    }
  })

  test('can be made from a socket only once', async () => {
    const socket = await SOCKETS.open()
    const stream = toDuplex(socket)
    expect(() => toDuplex(socket)).toThrow(TypeError)
    stream.destroy()
  })
})
