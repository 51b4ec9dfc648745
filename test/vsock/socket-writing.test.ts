/** Writing to a socket: limited by credit and by room in the ring, writers in order, and errors. */
import { describe, expect, test } from 'vitest'
import { Op, Shutdown } from '../../src/vsock/packet.ts'
import { Carrier, isSettled, Rig } from './socket-rig.ts'

const code = (value: string) => expect.objectContaining({ code: value })
const lengths = ({ payloads }: Rig) => payloads.map(({ byteLength }) => byteLength)

describe('a write', () => {
  test('with enough credit and room is sent immediately, without processing arrived packets', async () => {
    const rig = new Rig()
    const writer = rig.socket.writable.getWriter()
    expect(writer.desiredSize).toBe(1)
    await writer.write(Uint8Array.of(1, 2))
    expect([rig.payloads, rig.socket.bytesSent, rig.carrier.catchUps]).toEqual([[Uint8Array.of(1, 2)], 2, 0])
  })

  test('of zero bytes sends nothing', async () => {
    const rig = new Rig()
    await rig.socket.writable.getWriter().write(new Uint8Array(0))
    expect([rig.operations, rig.carrier.catchUps]).toEqual([[], 0])
  })

  test.each([100, 101, 102])(
    'of %d bytes with credit for 100 waits only for the bytes beyond',
    async (length) => {
      const rig = new Rig()
      const written = rig.socket.writable.getWriter().write(new Uint8Array(length))
      expect(await isSettled(written)).toBe(length === 100)
      expect([lengths(rig), rig.carrier.catchUps > 0]).toEqual([[100], length > 100])
      rig.receive(Op.CREDIT_UPDATE, { forwardCount: 100 })
      await written
      expect(lengths(rig)).toEqual(length === 100 ? [100] : [100, length - 100])
    },
  )

  test('continues when credit arrives, in as many packets as needed', async () => {
    const rig = new Rig()
    const written = rig.socket.writable.getWriter().write(Uint8Array.from({ length: 250 }, (_, at) => at))
    for (const forwardCount of [100, 200]) {
      expect(await isSettled(written)).toBe(false)
      rig.receive(Op.CREDIT_UPDATE, { forwardCount })
    }
    await written
    expect(lengths(rig)).toEqual([100, 100, 50])
    expect(Buffer.concat(rig.payloads)).toEqual(Buffer.from(Array.from({ length: 250 }, (_, at) => at)))
  })

  test('without credit processes arrived packets, and does not wait if they bring credit', async () => {
    const rig = new Rig()
    rig.carrier.onCatchUp = () => rig.receive(Op.CREDIT_UPDATE, { forwardCount: 100 })
    await rig.socket.writable.getWriter().write(new Uint8Array(150))
    expect([lengths(rig), rig.carrier.catchUps]).toEqual([[100, 50], 1])
  })

  test('continues byte by byte if the peer grants no more credit', async () => {
    const rig = new Rig()
    let forwarded = 0
    rig.receive(Op.CREDIT_UPDATE, { bufferAllocation: 1 })
    rig.carrier.onCatchUp = () =>
      rig.receive(Op.CREDIT_UPDATE, { bufferAllocation: 1, forwardCount: ++forwarded })
    await rig.socket.writable.getWriter().write(new Uint8Array(3))
    expect([lengths(rig), rig.carrier.catchUps]).toEqual([[1, 1, 1], 2])
  })

  test('fails if the connection ends while it processes packets', async () => {
    const rig = new Rig()
    rig.carrier.onCatchUp = () => rig.receive(Op.RST)
    await expect(rig.socket.writable.getWriter().write(new Uint8Array(150))).rejects.toEqual(
      code('E_VSOCK_RESET'),
    )
    expect(rig.carrier.catchUps).toBe(1)
  })

  test('that waits fails once the connection is closed', async () => {
    const rig = new Rig()
    const written = rig.socket.writable.getWriter().write(new Uint8Array(150))
    expect(await isSettled(written)).toBe(false)
    rig.receive(Op.SHUTDOWN, { flags: Shutdown.BOTH })
    await expect(written).rejects.toEqual(code('E_VSOCK_CLOSED'))
  })

  test('fails if the peer has stopped reading', async () => {
    const rig = new Rig()
    rig.receive(Op.SHUTDOWN, { flags: Shutdown.RECEIVE })
    await expect(rig.socket.writable.getWriter().write(Uint8Array.of(1))).rejects.toEqual(
      code('E_VSOCK_CLOSED'),
    )
    expect(rig.payloads).toEqual([])
  })

  test.each([['text'], [new ArrayBuffer(1)], [new Uint16Array(1)], [undefined]])(
    'of %o, which is not a Uint8Array, is refused',
    async (chunk) => {
      const rig = new Rig()
      const writer = rig.socket.writable.getWriter()
      await expect(writer.write(chunk as unknown as Uint8Array)).rejects.toEqual(code('E_VSOCK_CHUNK'))
      expect(rig.payloads).toEqual([])
    },
  )
})

describe('a peer', () => {
  test('is told of a part whose rest has to wait', async () => {
    const rig = new Rig()
    const written = rig.socket.writable.getWriter().write(new Uint8Array(101))
    written.catch(() => {})
    await Promise.resolve()
    expect([lengths(rig), rig.carrier.announcements]).toEqual([[100], 1])
  })
})

describe('writers of one link', () => {
  test('wait in order if the ring is full, and the first continues when woken', async () => {
    const carrier = new Carrier()
    const [first, second] = [new Rig(carrier), new Rig(carrier)]
    carrier.left = 0
    const done = [first, second].map((rig) => rig.socket.writable.getWriter().write(new Uint8Array(10)))
    expect(await Promise.all(done.map(isSettled))).toEqual([false, false])
    expect(carrier.writers.enter(first.connection)).toBe(true)
    carrier.left = 4
    carrier.writers.wake()
    await isSettled(done[0]!)
    // Each writes one packet per wake.
    expect([lengths(first)[0], lengths(second)[0]]).toEqual([4, 4])
    await Promise.all(done)
    expect([lengths(first), lengths(second)]).toEqual([
      [4, 4, 2],
      [4, 4, 2],
    ])
  })

  test('that have written everything, or wait only for credit, do not block others', async () => {
    const carrier = new Carrier()
    const [first, second, third] = [new Rig(carrier), new Rig(carrier), new Rig(carrier)]
    await first.socket.writable.getWriter().write(new Uint8Array(100))
    expect(carrier.writers.enter(second.connection)).toBe(true)
    const waiting = second.socket.writable.getWriter().write(new Uint8Array(101))
    expect(await isSettled(waiting)).toBe(false)
    expect(carrier.writers.enter(third.connection)).toBe(true)
  })

  test('that end while they wait for room let the next writer continue', async () => {
    const carrier = new Carrier()
    const [first, second] = [new Rig(carrier), new Rig(carrier)]
    carrier.left = 0
    const [lost, continued] = [first, second].map((rig) =>
      rig.socket.writable.getWriter().write(new Uint8Array(10)),
    )
    await isSettled(lost!)
    carrier.left = 65_536
    first.receive(Op.RST)
    await expect(lost).rejects.toEqual(code('E_VSOCK_RESET'))
    await continued
    expect([lengths(first), lengths(second)]).toEqual([[], [10]])
  })
})

describe('the writable end', () => {
  test('shuts down sending when it is closed, and resets the connection when it is aborted', async () => {
    const closing = new Rig()
    await closing.socket.writable.close()
    expect([closing.operations, closing.connection.writable]).toEqual([[Op.SHUTDOWN], false])
    expect(closing.connection.ended).toBe(false)
    const aborting = new Rig()
    const writer = aborting.socket.writable.getWriter()
    const written = writer.write(new Uint8Array(101))
    expect(await isSettled(written)).toBe(false)
    const aborted = writer.abort()
    await expect(written).rejects.toEqual(code('E_VSOCK_RESET'))
    await aborted
    expect([aborting.operations, aborting.connection.closeReason]).toEqual([[Op.RW, Op.RST], 'reset'])
  })
})
