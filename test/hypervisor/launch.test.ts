/**
 * What an enclave is not heard of before its launch: until its kernel has sent the heartbeat and says that its program
 * runs, and its parent counts it as launched.
 */
import { describe, expect, test } from 'vitest'
import { HEARTBEAT_BYTE, HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import { ChannelLayer } from '../../src/hypervisor/channel-layer.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { decodeResponse, encodeRequest, type QtsmRequest } from '../../src/qtsm/protocol.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { Op } from '../../src/vsock/packet.ts'
import { VsockSocket } from '../../src/vsock/socket.ts'
import { CHANNELS, CID, type Ends, type KernelEnd, tasks, until } from './kernel-ends.ts'

/** Every call of the security module, one way to make each. */
const CALLS: readonly QtsmRequest[] = [
  { call: 'DescribePCR', index: 0 },
  { call: 'ExtendPCR', index: 16, data: new Uint8Array(1) },
  { call: 'LockPCR', index: 17 },
  { call: 'LockPCRs', range: [18] },
  { call: 'DescribeNSM' },
  { call: 'Attestation' },
  { call: 'GetRandom' },
]

/** A link whose parent listens everywhere, and what has become of it. */
function linked({ channel, kernel }: Ends) {
  const seen = { heard: [] as number[], attested: 0, running: 0, reasons: [] as EndReason[] }
  const link = new HypervisorLink({
    channel,
    cid: CID,
    bufferPool: 1 << 20,
    heartbeat: true,
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'launch.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => {
        seen.attested += 1
        return new Uint8Array(10)
      },
    }),
    acceptorOf: (port, carrier) => ({
      hasRoom: () => true,
      accept(connection) {
        seen.heard.push(port)
        new VsockSocket(connection, carrier)
      },
    }),
    onRunning: () => {
      seen.running += 1
    },
    onEnd(reason) {
      seen.reasons.push(reason)
      link.close()
    },
  })
  return { link, kernel, seen }
}

const knock = (kernel: KernelEnd, sourcePort = 50_000) => kernel.send({ operation: Op.REQUEST, sourcePort })

/** Says the heartbeat, and waits until it is answered. */
async function beat(kernel: KernelEnd): Promise<void> {
  const ports = { sourcePort: 49_152, destinationPort: HEARTBEAT_PORT }
  kernel.send({ ...ports, operation: Op.REQUEST })
  kernel.send({ ...ports, operation: Op.RW }, Uint8Array.of(HEARTBEAT_BYTE))
  await until(() => kernel.next()?.operation === Op.RW)
}

async function ask(kernel: KernelEnd, request: QtsmRequest): Promise<string> {
  kernel.ask(encodeRequest(request))
  const answer = await until(() => kernel.takeAnswer())
  try {
    decodeResponse(answer, request.call)
    return 'served'
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** Asserts that it is refused everything but random bytes. */
async function expectUnheard(kernel: KernelEnd): Promise<void> {
  knock(kernel)
  const answer = await until(() => kernel.next())
  expect(answer).toMatchObject({ operation: Op.RST, sourcePort: 8000, destinationPort: 50_000 })
  for (const request of CALLS)
    expect(await ask(kernel, request), request.call).toBe(
      request.call === 'GetRandom' ? 'served' : 'InvalidOperation',
    )
}

/** An enclave that comes to run, and says something, in the middle of a look at it. */
class Racing extends ChannelLayer {
  /** What it does when its packets, or its request, are looked for next. */
  onPop: (() => void) | undefined
  onRequest: (() => void) | undefined

  override pop() {
    const act = this.onPop
    this.onPop = undefined
    act?.()
    return super.pop()
  }
  override takeRequest() {
    const act = this.onRequest
    this.onRequest = undefined
    act?.()
    return super.takeRequest()
  }
}

describe('over shared memory, where an enclave comes to run while it is looked at', () => {
  const open = CHANNELS[0]![1]
  const racing = async () => {
    const { channel: plain, kernel } = open()
    const channel = new Racing(plain)
    const { link, seen } = linked({ channel, kernel })
    await beat(kernel)
    return { channel, kernel, link, seen }
  }

  test('what it sends then waits, and is served', async () => {
    const { channel, kernel, link, seen } = await racing()
    channel.onPop = () => {
      kernel.tellRunning()
      knock(kernel)
    }
    channel.interrupt()
    await until(() => seen.running > 0)
    expect(kernel.next()).toBeUndefined()
    link.open()
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.RESPONSE })
    link.close()
  })

  test('what it asks then waits, and is answered', async () => {
    const { channel, kernel, link, seen } = await racing()
    channel.onRequest = () => {
      kernel.tellRunning()
      kernel.ask(encodeRequest({ call: 'Attestation' }))
    }
    channel.interrupt()
    await until(() => seen.running > 0)
    expect(kernel.takeAnswer()).toBeUndefined()
    link.open()
    expect(decodeResponse(await until(() => kernel.takeAnswer()), 'Attestation').has('document')).toBe(true)
    link.close()
  })
})

describe.each(CHANNELS)('over %s', (_, open) => {
  test('an enclave that boots has random bytes, and is refused all else', async () => {
    const { link, kernel, seen } = linked(open())
    await expectUnheard(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('one that says that it runs, and sends no heartbeat, is refused the same', async () => {
    const { link, kernel, seen } = linked(open())
    kernel.tellRunning()
    await expectUnheard(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('one that sends its heartbeat, and does not say that it runs, is refused the same', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    await expectUnheard(kernel)
    expect(seen).toEqual({ heard: [], attested: 0, running: 0, reasons: [] })
    link.close()
  })

  test('one that runs waits until its parent counts it as launched, and is served then', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel)
    kernel.ask(encodeRequest({ call: 'Attestation' }))
    await until(() => seen.running > 0)
    await tasks(50)
    expect([kernel.next(), kernel.takeAnswer()]).toEqual([undefined, undefined])
    expect(seen).toEqual({ heard: [], attested: 0, running: 1, reasons: [] })
    link.open()
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.RESPONSE })
    expect(decodeResponse(await until(() => kernel.takeAnswer()), 'Attestation').has('document')).toBe(true)
    for (const request of CALLS) expect(await ask(kernel, request), request.call).toBe('served')
    expect(seen).toEqual({ heard: [8000], attested: 2, running: 1, reasons: [] })
    link.close()
  })

  test('what was sent before the heartbeat is refused, also where it is all seen at once', async () => {
    const { link, kernel, seen } = linked(open())
    knock(kernel)
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel, 50_001)
    await until(() => seen.running > 0)
    link.open()
    await until(() => seen.heard.length > 0)
    await tasks(50)
    expect(seen.heard).toEqual([8000])
    link.close()
  })

  test('one that ran and ended before its parent looked is heard, and then its end', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel)
    kernel.tellExited()
    await until(() => seen.running > 0)
    const finished = link.finish()
    await tasks(50)
    expect(seen).toMatchObject({ heard: [], reasons: [] })
    link.open()
    await finished
    expect(seen).toMatchObject({ heard: [8000], reasons: [{ kind: 'exited', status: 0 }] })
  })

  test('one that its parent gives up instead is never heard', async () => {
    const { link, kernel, seen } = linked(open())
    await beat(kernel)
    kernel.tellRunning()
    knock(kernel)
    await until(() => seen.running > 0)
    const finished = link.finish()
    link.close()
    link.open()
    await finished
    await tasks(50)
    expect(seen).toEqual({ heard: [], attested: 0, running: 1, reasons: [] })
  })

  test('one that is lost while it boots is waited for no longer', async () => {
    const { link, kernel, seen } = linked(open())
    knock(kernel)
    await link.finish()
    expect(seen).toMatchObject({ heard: [], running: 0 })
    link.close()
  })

  test('its parent cannot connect to it before, and can after', async () => {
    const { link, kernel, seen } = linked(open())
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    await beat(kernel)
    kernel.tellRunning()
    await until(() => seen.running > 0)
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
    expect(kernel.next()).toBeUndefined()
    link.open()
    link.connect(5000).catch(() => {})
    expect(await until(() => kernel.next())).toMatchObject({ operation: Op.REQUEST, destinationPort: 5000 })
    link.close()
  })
})
