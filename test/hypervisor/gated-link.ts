/** A link over a fake channel, with a clock that stands still. The test triggers each of its turns. */
import { vi } from 'vitest'
import { Phase } from '../../src/boundary/shared-memory.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { HypervisorLink } from '../../src/hypervisor/link.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import type { Packet } from '../../src/vsock/packet.ts'
import { FakeChannel } from './fake-channel.ts'
import { CID, tasks } from './kernel-ends.ts'

/** A channel whose owner sleeps until it is interrupted. */
class GatedChannel extends FakeChannel {
  /** What the next `pop` does first. */
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
  /** The timeout of the last sleep in milliseconds. */
  get timeout(): number {
    return this.calls.findLast((call) => typeof call === 'number') as number
  }
}

/** A link whose turns the test triggers. */
export class GatedLink {
  readonly channel: GatedChannel = new GatedChannel()
  readonly reasons: EndReason[] = []
  /** How often it reported that its program runs. */
  running = 0
  /** The time in milliseconds. */
  now = 0
  link!: HypervisorLink

  /** A link to an enclave in `phase`, which is opened if it runs. */
  static async open(phase: number = Phase.RUNNING): Promise<GatedLink> {
    const gated = new GatedLink()
    vi.spyOn(performance, 'now').mockImplementation(() => gated.now)
    gated.channel.phase = phase
    gated.link = new HypervisorLink({
      channel: gated.channel,
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
        gated.running += 1
      },
      onEnd(reason) {
        gated.reasons.push(reason)
        gated.link.close()
      },
    })
    gated.link.open()
    await gated.turn()
    return gated
  }

  /** Runs one turn. */
  async turn(): Promise<void> {
    this.channel.wake()
    await tasks(2)
  }

  /** The number of calls of `name`. */
  callsOf(name: string): number {
    return this.channel.calls.filter((call) => call === name).length
  }

  [Symbol.dispose](): void {
    this.link.close()
    vi.restoreAllMocks()
  }
}
