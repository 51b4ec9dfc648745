/**
 * An enclave's process controlled by the attacker: whatever it sends, the host ends its enclave with a reason; and the
 * host buffers only a bounded amount that the process does not read.
 */
import { duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { encodeFrame, Frame } from '../../src/boundary/frames.ts'
import { Phase } from '../../src/boundary/shared-memory.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { FrameChannel } from '../../src/hypervisor/frame-channel.ts'
import { FrameReader } from '../../src/hypervisor/frame-reader.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { readPipe } from '../../src/platform/pipe.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { encodeRequest } from '../../src/qtsm/protocol.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { until } from '../hypervisor/kernel-ends.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 2000 : 200
const FRAMES = 200
const ATTEST = encodeFrame(Frame.REQUEST, encodeRequest({ call: 'Attestation' }))
const ANSWER = 20_000
/** How many answers can wait for a process that does not read: two full buffers, and one answer that does not fit. */
const MAX_WAITING = (2 * 262_144) / ANSWER + 1

/** A link to a process that the test plays, at the other end of the socket. */
function attacked() {
  const [own, socket] = duplexPair()
  const reader = new FrameReader()
  const answers = { count: 0 }
  const reasons: EndReason[] = []
  const link: HypervisorLink = new HypervisorLink({
    channel: new FrameChannel(readPipe(own, reader), own, reader),
    cid: 4,
    bufferPool: 1 << 20,
    heartbeat: false,
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'hostile.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => {
        answers.count += 1
        return new Uint8Array(ANSWER)
      },
    }),
    acceptorOf: () => undefined,
    onRunning: () => link.open(),
    onEnd(reason) {
      reasons.push(reason)
      link.close()
    },
  })
  socket.write(encodeFrame(Frame.PHASE, Uint8Array.of(Phase.RUNNING)))
  return { own, socket, link, reasons, answers }
}

async function turns(count: number): Promise<void> {
  for (let done = 0; done < count; done++) await turn()
}

test.each([
  ['a frame of 4 GiB', Uint8Array.of(255, 255, 255, 255, Frame.PACKET)],
  ['a frame of an unknown kind', encodeFrame(99)],
  ['a packet without a header', encodeFrame(Frame.PACKET, new Uint8Array(3))],
  ['a phase with two bytes', encodeFrame(Frame.PHASE, new Uint8Array(2))],
  ['an end without a reason', encodeFrame(Frame.END, new Uint8Array(3))],
  ['a request that is too long', encodeFrame(Frame.REQUEST, new Uint8Array(30_000))],
  ['a request before the previous one was answered', Buffer.concat([ATTEST, ATTEST])],
  ['a sleep of the wrong length', encodeFrame(Frame.SLEEP)],
  ['a sleep that is too long', encodeFrame(Frame.SLEEP, Uint8Array.of(0, 0, 0, 128))],
  ['a CODE frame, which only the host may send', encodeFrame(Frame.CODE, new Uint8Array(10))],
  ['a BOOT frame, which only the host may send', encodeFrame(Frame.BOOT, new Uint8Array(10))],
])('%s ends the enclave', async (_, bytes) => {
  const { socket, reasons } = attacked()
  socket.write(bytes)
  await turns(20)
  expect(reasons).toEqual([{ kind: 'violation', message: expect.stringContaining('E_CHANNEL_FRAME') }])
})

test(`random frames are handled or end the enclave, in ${RUNS} runs`, async () => {
  let seed = 1
  const random = (limit: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return seed % limit
  }
  for (let run = 0; run < RUNS; run++) {
    const { socket, link, reasons } = attacked()
    for (let frame = 0; frame < FRAMES && reasons.length === 0; frame++) {
      const body = Uint8Array.from({ length: [0, 1, 8, 64, 100][random(5)]! }, () => random(256))
      socket.write(encodeFrame(random(20) === 0 ? random(256) : 3 + random(6), body))
      await turn()
    }
    expect(reasons.length).toBeLessThanOrEqual(1)
    for (const { kind } of reasons)
      expect(['violation', 'exited', 'trapped', 'deadline', 'out-of-memory', 'stack-overflow']).toContain(
        kind,
      )
    link.close()
  }
})

test('a process that sends requests and never reads the answers causes a bounded number of them', async () => {
  const { socket, link, reasons, answers } = attacked()
  for (let request = 0; request < 1000 && reasons.length === 0; request++) {
    socket.write(ATTEST)
    await turns(4)
  }
  expect(answers.count).toBeLessThanOrEqual(MAX_WAITING)
  // The control: the buffers did fill.
  expect(answers.count).toBeGreaterThan(MAX_WAITING / 2)
  link.close()
})

test('a process has at most one timer, however often it asks to be woken, and none after its end', async () => {
  const { own, socket, link, reasons } = attacked()
  // The timers of a minute. Node does not list them, because they do not keep the process alive.
  const live = new Set<unknown>()
  const { setTimeout: start, clearTimeout: stop } = globalThis
  vi.stubGlobal('setTimeout', (action: () => void, time: number) => {
    const timer = start(action, time)
    if (time === 60_000) live.add(timer)
    return timer
  })
  vi.stubGlobal('clearTimeout', (timer: NodeJS.Timeout) => {
    live.delete(timer)
    stop(timer)
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  const timers = () => live.size
  const before = timers()
  const minute = encodeFrame(Frame.SLEEP, Uint8Array.of(0x60, 0xea, 0, 0))
  for (let times = 0; times < 1000; times++) socket.write(minute)
  await until(() => timers() > before)
  await turns(20)
  expect(timers()).toBe(before + 1)
  socket.write(encodeFrame(Frame.SLEEP, new Uint8Array(4)))
  const frame = await until(() => socket.read() as Uint8Array | null)
  expect(frame).toEqual(Buffer.from(encodeFrame(Frame.AWAKE)))
  socket.write(minute)
  await until(() => timers() > before)
  link.close()
  own.destroy()
  await turns(20)
  expect(timers()).toBe(before)
  expect(reasons).toEqual([])
})

test('an honest process is answered (the control)', async () => {
  const { socket, link, reasons } = attacked()
  for (let request = 0; request < 100; request++) {
    socket.write(ATTEST)
    for (let received = 0; received < ANSWER; ) {
      const chunk = socket.read() as Uint8Array | null
      if (chunk) received += chunk.byteLength
      else await turn()
    }
  }
  expect(reasons).toEqual([])
  link.close()
})
