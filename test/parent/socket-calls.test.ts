/**
 * Bad input to the parent's side of vsock, call by call: ports that are none, what is no bytes, no bytes at all and far
 * too many, and sockets that are over. Each has one outcome; the enclave's side is in test/kernel/vsock.test.ts.
 */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import { toDuplex } from '../../src/node/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { Laboratory, receiveAll } from '../support/laboratory.ts'

const NO_PORTS: readonly unknown[] = [
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
const NO_BYTES: readonly unknown[] = [
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

/** A connection in each state that a call can meet; the enclave listens on 5000 for a program's text. */
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
const OVER = [
  ['closed', 'E_VSOCK_CLOSED'],
  ['reset', 'E_VSOCK_RESET'],
] as const

describe('Enclave.connect', () => {
  test.each(NO_PORTS)('refuses %o, which is no port', async (port) => {
    await expect(lab.enclave.connect(port as number)).rejects.toEqual(code('E_VSOCK_PORT'))
  })

  test.each(EDGE_PORTS)('finds nobody at port %i, where nobody listens', async (port) => {
    await expect(lab.enclave.connect(port)).rejects.toEqual(code('E_VSOCK_REFUSED'))
  })

  test.each(EDGE_PORTS)('reaches a listener at port %i', async (port) => {
    const done = lab.run(
      `for await (const socket of sdk.vsock.listen(${port})) { socket.close(); return 'met' }`,
    )
    await lab.run('return "by now it listens"')
    const socket = await lab.enclave.connect(port)
    expect(socket.remote).toEqual({ cid: lab.enclave.cid, port })
    expect(await done).toBe('met')
  })
})

describe('the SDK', () => {
  const literals = [
    '-1',
    '0.5',
    'NaN',
    'Infinity',
    '2 ** 32 - 1',
    '2 ** 32',
    '"5000"',
    '5000n',
    'null',
    'undefined',
  ]
  test.each(literals)('refuses %s, which is no port', async (port) => {
    for (const call of [
      `await sdk.vsock.connect(${port})`,
      `for await (const _ of sdk.vsock.listen(${port}));`,
    ]) {
      expect((await lab.attempt(call)).error).toMatchObject({ code: 'invalid-argument' })
    }
  })
})

describe('Parent.listen', () => {
  test.each(NO_PORTS)('refuses %o, which is no port', (port) => {
    expect(() => lab.parent.listen(port as number, () => {})).toThrow(code('E_VSOCK_PORT'))
  })

  test.each(EDGE_PORTS)('serves port %i', async (port) => {
    using _ = lab.parent.listen(port, (socket) => socket.writable.getWriter().write(bytes('here')))
    const read = `const socket = await sdk.vsock.connect(${port}); return (await socket.read()).length`
    expect(await lab.run(read)).toBe(4)
  })

  test('refuses the heartbeat’s port, and any once the parent instance is closed', async () => {
    expect(() => lab.parent.listen(HEARTBEAT_PORT, () => {})).toThrow(code('E_VSOCK_PORT_TAKEN'))
    const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
    await parent.close()
    expect(() => parent.listen(8000, () => {})).toThrow(code('E_PARENT_CLOSED'))
  })
})

describe('VsockSocket', () => {
  test.each(NO_BYTES)('does not take %o for bytes', async (chunk) => {
    const socket = await SOCKETS.open()
    await expect(socket.writable.getWriter().write(chunk as Uint8Array)).rejects.toEqual(
      code('E_VSOCK_CHUNK'),
    )
    expect(socket.bytesSent).toBe(0)
    socket.close()
    expect(await socket.closed).toBe('closed')
  })

  test('writes no bytes without a packet, and goes on', async () => {
    const socket = await SOCKETS.open()
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(0))
    expect(socket.bytesSent).toBe(0)
    await writer.write(bytes('return 1'))
    await writer.close()
    expect(JSON.parse(await receiveAll(socket))).toEqual({ value: 1 })
  })

  test('reads into 4 GiB what has come, and into no room nothing', async () => {
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

  test.each(OVER)('that is %s takes no write, of one byte or of none: %s', async (state, reason) => {
    for (const length of [0, 1]) {
      const socket = await SOCKETS[state]()
      const write = socket.writable.getWriter().write(new Uint8Array(length))
      await expect(write).rejects.toEqual(code(reason))
      expect(socket.bytesSent).toBe(0)
    }
  })

  test('that is closed has nothing to read, and one that was reset says so', async () => {
    const closed = await SOCKETS.closed()
    expect((await closed.readable.getReader().read()).done).toBe(true)
    const reset = await SOCKETS.reset()
    await expect(reset.readable.getReader().read()).rejects.toEqual(code('E_VSOCK_RESET'))
  })

  test.each(OVER)('that is %s stays so, however it is ended again', async (state) => {
    const socket = await SOCKETS[state]()
    socket.close()
    socket.reset()
    await socket[Symbol.asyncDispose]()
    expect(await socket.closed).toBe(state)
    expect(await lab.run('return "still here"')).toBe('still here')
  })
})

describe('a Duplex', () => {
  const failing = (stream: Duplex, chunk: unknown) =>
    new Promise((resolve) => {
      stream.on('error', () => {})
      stream.write(chunk, resolve)
    })

  test.each([
    [7, 'ERR_INVALID_ARG_TYPE'],
    [null, 'ERR_STREAM_NULL_VALUES'],
    [{}, 'ERR_INVALID_ARG_TYPE'],
  ])('does not take %o for bytes: %s', async (chunk, reason) => {
    const stream = toDuplex(await SOCKETS.open())
    expect(() => stream.write(chunk)).toThrow(code(reason))
    stream.destroy()
  })

  test('writes no bytes, and goes on', async () => {
    const stream = toDuplex(await SOCKETS.open())
    expect(await failing(stream, new Uint8Array(0))).toBeFalsy()
    stream.end('return 3')
    const [reply] = await once(stream, 'data')
    expect(JSON.parse(String(reply))).toEqual({ value: 3 })
  })

  test('reads no 4 GiB: Node’s own bound is 1 GiB', async () => {
    const stream = toDuplex(await SOCKETS.open())
    expect(() => stream.read(GIB4)).toThrow(code('ERR_OUT_OF_RANGE'))
    stream.destroy()
  })

  test.each([
    ['closed', 'E_VSOCK_CLOSED'],
    ['reset', 'ERR_STREAM_DESTROYED'],
  ] as const)('of a socket that is %s fails a write, of one byte or of none: %s', async (state, reason) => {
    for (const length of [0, 1]) {
      const socket = await SOCKETS[state]()
      const stream = toDuplex(socket)
      stream.on('error', () => {})
      if (state === 'reset') await new Promise((resolve) => stream.once('close', resolve))
      expect(await failing(stream, new Uint8Array(length))).toEqual(code(reason))
    }
  })

  test('is made of a socket once', async () => {
    const socket = await SOCKETS.open()
    const stream = toDuplex(socket)
    expect(() => toDuplex(socket)).toThrow(TypeError)
    stream.destroy()
  })
})
