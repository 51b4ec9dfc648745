/** Reading from a socket: arrived bytes, waiting for bytes, the end; and when a connection is closed or established. */
import { describe, expect, test } from 'vitest'
import { Op, Shutdown } from '../../src/vsock/packet.ts'
import { isSettled, Rig } from './socket-rig.ts'

const code = (value: string) => expect.objectContaining({ code: value })
const END = { done: true, value: undefined }

describe('a read', () => {
  test('returns what has arrived, without processing packets', async () => {
    const rig = new Rig()
    rig.data(3)
    expect(await rig.socket.readable.getReader().read()).toEqual({
      done: false,
      value: Uint8Array.of(7, 7, 7),
    })
    expect([rig.carrier.catchUps, rig.socket.bytesReceived]).toEqual([0, 3])
  })

  test('returns at most 64 KiB at a time', async () => {
    const rig = new Rig()
    for (const length of [65_536, 1]) rig.data(length)
    const reader = rig.socket.readable.getReader()
    expect((await reader.read()).value?.byteLength).toBe(65_536)
    expect((await reader.read()).value?.byteLength).toBe(1)
  })

  test('processes arrived packets before it waits, and sets isAwaited only during that', async () => {
    const rig = new Rig()
    const awaited: boolean[] = []
    rig.carrier.onCatchUp = () => {
      awaited.push(rig.connection.isAwaited)
      rig.data(1)
    }
    const { value } = await rig.socket.readable.getReader().read()
    expect([value, awaited, rig.connection.isAwaited]).toEqual([Uint8Array.of(7), [true], false])
  })

  test('waits for the next bytes', async () => {
    const rig = new Rig()
    const read = rig.socket.readable.getReader().read()
    expect(await isSettled(read)).toBe(false)
    rig.receive(Op.CREDIT_UPDATE)
    expect(await isSettled(read)).toBe(false)
    rig.data(2)
    expect((await read).value).toEqual(Uint8Array.of(7, 7))
    expect(rig.carrier.catchUps).toBe(1)
  })

  test('fills the reader’s own array with what has arrived', async () => {
    const rig = new Rig()
    rig.data(5)
    const reader = rig.socket.readable.getReader({ mode: 'byob' })
    const first = await reader.read(new Uint8Array(new ArrayBuffer(8), 2, 3))
    expect([first.value, first.value!.byteOffset]).toEqual([Uint8Array.of(7, 7, 7), 2])
    expect([...new Uint8Array(first.value!.buffer)]).toEqual([0, 0, 7, 7, 7, 0, 0, 0])
    const second = await reader.read(new Uint8Array(8))
    expect([...second.value!]).toEqual([7, 7])
  })

  test('ends after the bytes before the end, without processing packets', async () => {
    const rig = new Rig()
    rig.data(2)
    rig.end()
    const reader = rig.socket.readable.getReader()
    expect([(await reader.read()).value, await reader.read()]).toEqual([Uint8Array.of(7, 7), END])
    expect(rig.carrier.catchUps).toBe(0)
  })

  test.each(['default', 'byob'])('that waits ends when the peer ends its side (%s)', async (mode) => {
    const rig = new Rig()
    const read =
      mode === 'byob'
        ? rig.socket.readable.getReader({ mode }).read(new Uint8Array(4))
        : rig.socket.readable.getReader().read()
    expect(await isSettled(read)).toBe(false)
    rig.end()
    expect((await read).done).toBe(true)
  })

  test('fails if the connection was reset, and ends if it was closed', async () => {
    const [reset, closed] = [new Rig(), new Rig()]
    const reads = [reset, closed].map((rig) => rig.socket.readable.getReader().read())
    expect(await Promise.all(reads.map(isSettled))).toEqual([false, false])
    reset.receive(Op.RST)
    closed.receive(Op.SHUTDOWN, { flags: Shutdown.BOTH })
    await expect(reads[0]).rejects.toEqual(code('E_VSOCK_RESET'))
    expect(await reads[1]).toEqual(END)
  })

  test('stream that is cancelled shuts down only that direction', async () => {
    const rig = new Rig()
    await rig.socket.readable.cancel()
    expect([rig.operations, rig.connection.ended, rig.connection.writable]).toEqual([
      [Op.SHUTDOWN],
      true,
      true,
    ])
    expect(rig.carrier.closed).toEqual([])
  })
})

describe('a connection is closed', () => {
  test('once both directions are shut down and all bytes are read, in any order', async () => {
    const rig = new Rig()
    rig.data(1)
    rig.end()
    await rig.socket.writable.close()
    expect(rig.carrier.closed).toEqual([])
    const reader = rig.socket.readable.getReader()
    await reader.read()
    expect(await reader.read()).toEqual(END)
    expect(rig.carrier.closed).toEqual([rig.connection])
    const other = new Rig()
    other.end()
    expect(await other.socket.readable.getReader().read()).toEqual(END)
    expect(other.carrier.closed).toEqual([])
    await other.socket.writable.close()
    expect(other.carrier.closed).toEqual([other.connection])
  })

  test('only when both directions are shut down', async () => {
    const rig = new Rig()
    await rig.socket.writable.close()
    expect([rig.carrier.closed, rig.connection.state]).toEqual([[], 'established'])
  })

  test('only once', async () => {
    const rig = new Rig()
    rig.receive(Op.SHUTDOWN, { flags: Shutdown.BOTH })
    expect(await rig.socket.readable.getReader().read()).toEqual(END)
    expect(rig.carrier.closed).toEqual([])
  })

  test('by leaving its `await using` block, which waits for the end', async () => {
    const rig = new Rig()
    const disposed = rig.socket[Symbol.asyncDispose]()
    expect(await isSettled(disposed)).toBe(false)
    expect(rig.carrier.closed).toEqual([rig.connection])
    rig.receive(Op.RST)
    await disposed
    expect(await rig.socket.closed).toBe('closed')
  })
})

describe('a connection that is being established', () => {
  test('resolves to the socket once it is established, even if it has already been closed', async () => {
    const rig = new Rig(undefined, false)
    const established = rig.socket.established()
    expect(await isSettled(established)).toBe(false)
    rig.receive(Op.RESPONSE)
    expect(await established).toBe(rig.socket)
    rig.receive(Op.SHUTDOWN, { flags: Shutdown.BOTH })
    expect(await rig.socket.established()).toBe(rig.socket)
    expect([rig.socket.local, rig.socket.remote]).toEqual([
      { cid: 3, port: 49_152 },
      { cid: 4, port: 5000 },
    ])
  })

  test.each([
    ['refused', 'E_VSOCK_REFUSED', 'check that the application listens on that port'],
    ['timed-out', 'E_VSOCK_TIMED_OUT', undefined],
    ['reset', 'E_VSOCK_RESET', undefined],
    ['closed', 'E_VSOCK_CLOSED', undefined],
  ] as const)('and is %s rejects with %s and the hint %s', async (reason, value, hint) => {
    const rig = new Rig(undefined, false)
    const established = rig.socket.established()
    rig.connection.abort(reason, false)
    await expect(established).rejects.toEqual(code(value))
    await expect(established).rejects.toHaveProperty('hint', hint)
    expect(await rig.socket.closed).toBe(reason)
  })
})
