/** A link's turns over a channel in the test's hands: what is acknowledged, how long it sleeps, and what ends it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Budget } from '../../src/hypervisor/budget.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { Phase } from '../../src/kernel/shared-memory.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { HEARTBEAT_PORT } from '../../src/vsock/heartbeat.ts'
import { Op, type Packet } from '../../src/vsock/packet.ts'
import { FakeChannel, packetOf } from './fake-channel.ts'
import { CID, tasks } from './kernel-ends.ts'

/** One whose owner sleeps until it is interrupted. */
class Gated extends FakeChannel {
  /** What the next `pop` does instead. */
  onPop: (() => void) | undefined
  #wake: (() => void) | undefined

  override pop(): Packet | 'other' | undefined {
    this.onPop?.()
    return super.pop()
  }
  override sleep(mark: number, timeout: number): Promise<void> {
    void super.sleep(mark, timeout)
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
  override interrupt(): void {
    super.interrupt()
    this.wake()
  }
  wake(): void {
    this.#wake?.()
  }
  /** How long it was told to sleep, the last time. */
  get timeout(): number {
    return this.calls.findLast((call) => typeof call === 'number') as number
  }
}

let now: number
let channel: Gated
let reasons: EndReason[]
let running: number
let link: HypervisorLink

beforeEach(() => {
  now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  channel = new Gated()
  reasons = []
  running = 0
})
afterEach(() => {
  link.close()
  vi.restoreAllMocks()
})

/** A link to an enclave that has come to `phase`. */
async function linked(phase: number = Phase.RUNNING): Promise<void> {
  channel.phase = phase
  link = new HypervisorLink({
    channel,
    cid: CID,
    bufferPool: 1 << 20,
    heartbeat: false,
    security: new SecurityModule({
      profile: 'qingtian',
      moduleId: 'stages.enc-0',
      pcrs: new PcrBank(new Map()),
      attest: async () => new Uint8Array(1),
    }),
    acceptorOf: () => undefined,
    onRunning: () => {
      running += 1
    },
    onEnd(reason) {
      reasons.push(reason)
      link.close()
    },
  })
  link.open()
  await turn()
}

async function turn(): Promise<void> {
  channel.wake()
  await tasks(2)
}

const counted = (name: string) => channel.calls.filter((call) => call === name).length

describe('a turn', () => {
  test.each([
    ['packets', [packetOf(0), packetOf(0)], 1],
    ['something else', ['other' as const], 1],
    ['nothing', [], 0],
  ])('in which it took %s acknowledges that', async (_, packets, times) => {
    await linked()
    channel.calls.length = 0
    channel.waiting.push(...packets)
    await turn()
    expect(counted('acknowledge')).toBe(times)
    expect(channel.waiting).toEqual([])
  })

  test('ends with its budget, and comes back at once', async () => {
    await linked()
    channel.calls.length = 0
    channel.waiting.push(...Array.from({ length: 257 }, () => 'other' as const))
    await turn()
    // For its packets, and for the requests that it did not come to look for.
    expect(counted('interrupt')).toBe(2)
    expect(channel.waiting).toHaveLength(1)
    await turn()
    expect(channel.waiting).toEqual([])
  })

  test('wakes who waits to write once there is room, and not before', async () => {
    await linked()
    const woken = vi.spyOn(link.writers, 'wake')
    await turn()
    expect(woken).not.toHaveBeenCalled()
    channel.room = 0
    expect(link.room()).toBe(0)
    await turn()
    expect(woken).not.toHaveBeenCalled()
    channel.room = 1
    await turn()
    await turn()
    expect(woken).toHaveBeenCalledTimes(1)
    expect(link.room()).toBe(1)
    await turn()
    expect(woken).toHaveBeenCalledTimes(1)
  })

  test.each([
    [new Error('impossible'), 'impossible'],
    ['a word', 'a word'],
  ])('that finds what cannot be ends the enclave: %s', async (thrown, message) => {
    await linked()
    channel.onPop = () => {
      throw thrown
    }
    await turn()
    expect(reasons).toEqual([{ kind: 'violation', message }])
  })
})

describe('an enclave that has said nothing since it runs', () => {
  const connect = (port = 5000) => void link.connect(port).catch(() => {})

  test('is waited for ten seconds, and one that has for two', async () => {
    await linked()
    connect()
    await turn()
    expect(channel.timeout).toBe(10_000)
    now = 9_999
    await turn()
    expect(channel.timeout).toBe(1)
    now = 10_000
    await turn()
    expect(channel.timeout).toBe(Number.POSITIVE_INFINITY)
    channel.waiting.push(packetOf(0))
    await turn()
    connect()
    await turn()
    expect(channel.timeout).toBe(2_000)
  })

  test('has said nothing by its heartbeat, or by what is no packet', async () => {
    await linked()
    channel.waiting.push('other', packetOf(0, { operation: Op.RST, destinationPort: HEARTBEAT_PORT }))
    await turn()
    connect()
    await turn()
    expect(channel.timeout).toBe(10_000)
  })
})

describe('a connection', () => {
  test('is not begun where its signal has aborted, or before the launch', async () => {
    await linked()
    const aborted = AbortSignal.abort(new Error('enough'))
    await expect(link.connect(5000, aborted)).rejects.toThrow('enough')
    expect(channel.pushed).toEqual([])
  })

  test('that is refused is told as such, whatever its signal says later', async () => {
    await linked()
    const { signal } = new AbortController()
    const outcome = link.connect(5000, signal).catch((error: { code: string }) => error.code)
    await turn()
    const { sourcePort } = channel.pushed[0]!.header
    channel.waiting.push(packetOf(0, { operation: Op.RST, sourcePort: 5000, destinationPort: sourcePort }))
    await turn()
    expect(await outcome).toBe('E_VSOCK_REFUSED')
  })

  test('is no matter of its signal once it is there', async () => {
    await linked()
    const controller = new AbortController()
    const connecting = link.connect(5000, controller.signal)
    await turn()
    const { sourcePort } = channel.pushed[0]!.header
    channel.waiting.push(
      packetOf(0, { operation: Op.RESPONSE, sourcePort: 5000, destinationPort: sourcePort }),
    )
    await turn()
    const socket = await connecting
    controller.abort()
    await turn()
    expect(channel.pushed.map(({ header }) => header.operation)).not.toContain(Op.RST)
    expect(socket.remote).toEqual({ cid: CID, port: 5000 })
  })
})

describe('a look ahead of the next turn', () => {
  test('takes in what is there, as often as the budget has it', async () => {
    await linked()
    for (let times = 0; times < 20; times++) {
      channel.waiting.push('other')
      link.catchUp()
    }
    // Each takes 17 of 256 steps.
    expect(channel.waiting).toHaveLength(20 - 15)
    await turn()
    expect(channel.waiting).toEqual([])
  })

  test('is none within a turn, and none once it is closed', async () => {
    await linked()
    let depth = 0
    channel.onPop = () => {
      depth += 1
      if (depth < 5) link.catchUp()
    }
    await turn()
    expect(depth).toBe(1)
    link.close()
    link.catchUp()
    expect(depth).toBe(1)
  })
})

describe('a link that boots', () => {
  test('tells once that the program runs, and carries nothing then until it is opened', async () => {
    await linked(Phase.BOOTING)
    expect(running).toBe(0)
    channel.phase = Phase.RUNNING
    channel.waiting.push(packetOf(0))
    await turn()
    await turn()
    expect([running, channel.waiting.length]).toEqual([1, 1])
    link.open()
    await turn()
    expect(channel.waiting).toEqual([])
    expect(channel.calls).toContain('lift')
  })

  test('is not opened before the program runs', async () => {
    await linked(Phase.BOOTING)
    expect(channel.calls).not.toContain('lift')
    await expect(link.connect(5000)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
  })

  test('ends with what a failed enclave says', async () => {
    await linked(Phase.BOOTING)
    channel.phase = Phase.FAILED
    await turn()
    expect(reasons).toEqual([{ kind: 'exited', status: 7 }])
    expect(running).toBe(0)
  })
})

describe('a link whose place is gone', () => {
  const isFinished = async () => {
    let is = false
    void link.finish().then(() => (is = true))
    await tasks(3)
    return is
  }

  test('is over once all was taken in', async () => {
    await linked()
    link.open()
    await turn()
    channel.isDrained = false
    expect(await isFinished()).toBe(false)
    channel.isDrained = true
    expect(await isFinished()).toBe(true)
  })

  test('is over at once where it was booting, and waits to be opened where it runs', async () => {
    await linked(Phase.BOOTING)
    channel.isDrained = false
    channel.phase = Phase.RUNNING
    await turn()
    expect(await isFinished()).toBe(false)
    link.close()
    expect(await isFinished()).toBe(true)
  })
})

test('a link that is closed twice gives back its part of the time once', async () => {
  await linked()
  link.close()
  link.close()
  const budget = new Budget()
  budget.begin()
  now += 2
  budget.end()
  expect(budget.isLeft).toBe(false)
  budget.close()
})
