/**
 * A kernel controlled by the attacker: whatever it writes into the shared memory, the host ends its enclave with a
 * reason, and another enclave keeps answering.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EnclaveError } from '../../src/base/error.ts'
import {
  End,
  MAILBOX_LENGTH,
  Mailbox,
  Phase,
  RING_OUT_LENGTH,
  Word,
} from '../../src/boundary/shared-memory.ts'
import type { EndReason } from '../../src/hypervisor/end-reason.ts'
import { HEADER_LENGTH, Op, TYPE_STREAM } from '../../src/vsock/packet.ts'
import { Laboratory } from '../support/laboratory.ts'
import { startProbe } from '../support/probe.ts'

const CONSOLE_AT = 4096 + MAILBOX_LENGTH
const RING_AT = 131072
const GLUE = 'const instantiate = undefined'
const PACKETS = process.env['WEBCLAVE_LONG'] ? 1_000_000 : 100_000

/** A kernel whose `boot` runs `body`, with views of the shared memory and functions that send anything to the host. */
const kernel = (body: string) => `
globalThis.webclaveKernel = {
  emptyScope() {},
  async boot({ shared }) {
    const words = new Int32Array(shared)
    const bytes = new Uint8Array(shared)
    const view = new DataView(shared)
    let seed = 1
    const random = (limit) => { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return seed % limit }
    const ring = () => { Atomics.add(words, ${Word.HYPERVISOR_BELL}, 1); Atomics.notify(words, ${Word.HYPERVISOR_BELL}) }
    const run = () => { Atomics.store(words, ${Word.PHASE}, ${Phase.RUNNING}); ring() }
    let position = 0
    const send = (header) => {
      while (((position - Atomics.load(words, ${Word.RING_OUT})) >>> 0) > ${RING_OUT_LENGTH - 65536 - 128}) {
        ring()
        Atomics.wait(words, ${Word.KERNEL_BELL}, Atomics.load(words, ${Word.KERNEL_BELL}), 5)
      }
      const at = ${RING_AT} + (position & ${RING_OUT_LENGTH - 1})
      bytes.set(header, at)
      const length = Math.min(view.getUint32(at + 24, true), 65536)
      position = (position + ((64 + length + 63) & -64)) | 0
      Atomics.store(words, ${Word.RING_OUT + 1}, position)
      ring()
    }
    ${body}
  },
}`

/** Source of a function of the kernel that writes a header from its fields. */
const CRAFT = `
    const craft = (fields) => {
      const header = new Uint8Array(${HEADER_LENGTH})
      const fill = new DataView(header.buffer)
      fill.setUint32(0, fields.sourceCid ?? 4, true)
      fill.setUint32(8, fields.destinationCid ?? 3, true)
      fill.setUint32(16, fields.sourcePort ?? 1, true)
      fill.setUint32(20, fields.destinationPort ?? 8000, true)
      fill.setUint32(24, fields.length ?? 0, true)
      fill.setUint16(28, fields.type ?? ${TYPE_STREAM}, true)
      fill.setUint16(30, fields.operation ?? ${Op.RW}, true)
      fill.setUint32(32, fields.flags ?? 0, true)
      fill.setUint32(36, fields.allocation ?? 0, true)
      fill.setUint32(40, fields.forwarded ?? 0, true)
      return header
    };`

let bystander: Laboratory

beforeAll(async () => {
  bystander = await Laboratory.open()
})
afterAll(() => bystander[Symbol.asyncDispose]())

/** The end reason of an enclave with this kernel, also if it ends during its start. */
async function endOf(script: string): Promise<EndReason> {
  try {
    return await (await startProbe(GLUE, script)).ended
  } catch (error) {
    const [, kind, message] = /^([a-z-]+): (.*)$/s.exec((error as EnclaveError).got ?? '') ?? []
    return { kind, message } as EndReason
  }
}

/** Runs the attack to its end while the bystander is called; returns the attacker's end reason. */
async function attack(body: string) {
  let over = false
  const ended = endOf(kernel(body)).finally(() => {
    over = true
  })
  let served = 0
  do {
    expect(await bystander.run(`return ${served} + 1`)).toBe(served + 1)
    served += 1
  } while (!over)
  expect(bystander.enclave.state).toBe('running')
  return { reason: await ended, served }
}

describe('an enclave is ended if its kernel', () => {
  test.each([
    [
      'claims to have written more than the ring holds',
      `Atomics.store(words, ${Word.RING_OUT + 1}, 0x7fffffff)`,
    ],
    ['claims to have written less than a header', `Atomics.store(words, ${Word.RING_OUT + 1}, 8)`],
    [
      'claims a payload of 4 GiB',
      `${CRAFT} bytes.set(craft({ length: 0xffffffff }), ${RING_AT}); Atomics.store(words, ${Word.RING_OUT + 1}, 64)`,
    ],
    [
      'claims to have read more than it was sent',
      `Atomics.store(words, ${Word.RING_IN}, 4096); ${CRAFT} send(craft({ operation: ${Op.REQUEST}, destinationPort: 9 }))`,
    ],
  ])('%s', async (_, body) => {
    const { reason } = await attack(`run(); ${body}; ring()`)
    expect(reason.kind).toBe('violation')
  })
})

describe('an invalid report of a kernel', () => {
  test.each([
    [
      'a request that is too long',
      `Atomics.store(words, ${Word.MAILBOX_LENGTH}, 0x7fffffff); Atomics.store(words, ${Word.MAILBOX}, ${Mailbox.REQUEST})`,
    ],
    [
      'a request with a negative length',
      `Atomics.store(words, ${Word.MAILBOX_LENGTH}, -1); Atomics.store(words, ${Word.MAILBOX}, ${Mailbox.REQUEST})`,
    ],
    [
      'an end of an unknown kind',
      `Atomics.store(words, ${Word.END}, 99); Atomics.store(words, ${Word.PHASE}, ${Phase.ENDED})`,
    ],
  ])('%s ends the enclave', async (_, body) => {
    const { reason } = await attack(`run(); ${body}; ring()`)
    expect(reason.kind).toBe('violation')
  })

  test('a last message that is too long is truncated', async () => {
    const { reason } = await attack(
      `run(); bytes.fill(65, 4096, ${CONSOLE_AT}); Atomics.store(words, ${Word.DETAIL}, 0x7fffffff); Atomics.store(words, ${Word.END}, ${End.TRAPPED}); Atomics.store(words, ${Word.PHASE}, ${Phase.ENDED}); ring()`,
    )
    expect(reason).toEqual({ kind: 'trapped', message: 'A'.repeat(2048) })
  })
})

describe('a flood', () => {
  test(`of ${PACKETS} random packets affects only the connections of its enclave`, async () => {
    using _ = bystander.parent.listen(8000, () => {})
    const { reason, served } = await attack(`${CRAFT}
      run()
      for (let count = 0; count < ${PACKETS}; count++) {
        send(craft({
          sourceCid: random(8) === 0 ? random(7) : 4,
          destinationCid: random(8) === 0 ? random(7) : 3,
          sourcePort: random(300),
          destinationPort: random(3) === 0 ? random(10000) : 8000,
          length: random(5) === 0 ? random(2000) : 0,
          type: random(50) === 0 ? random(65536) : ${TYPE_STREAM},
          operation: random(10),
          flags: random(8),
          allocation: random(4) === 0 ? 0xffffffff : random(1 << 20),
          forwarded: random(3) === 0 ? 0xffffffff : random(1 << 20),
        }))
      }
      Atomics.store(words, ${Word.DETAIL}, 7)
      Atomics.store(words, ${Word.END}, ${End.EXITED})
      Atomics.store(words, ${Word.PHASE}, ${Phase.ENDED})
      ring()`)
    expect(reason).toEqual({ kind: 'exited', status: 7 })
    expect(served).toBeGreaterThan(1)
  })

  test('of packets after the reported end does not delay the end', async () => {
    const { reason, served } = await attack(`${CRAFT}
      run()
      const header = craft({ operation: ${Op.RST} })
      for (let at = 0; at < ${RING_OUT_LENGTH}; at += 64) bytes.set(header, ${RING_AT} + at)
      const full = () => (Atomics.load(words, ${Word.RING_OUT}) + ${RING_OUT_LENGTH - 64}) | 0
      Atomics.store(words, ${Word.RING_OUT + 1}, full())
      Atomics.store(words, ${Word.DETAIL}, 7)
      Atomics.store(words, ${Word.END}, ${End.EXITED})
      Atomics.store(words, ${Word.PHASE}, ${Phase.ENDED})
      ring()
      for (;;) Atomics.store(words, ${Word.RING_OUT + 1}, full())`)
    expect(reason).toEqual({ kind: 'exited', status: 7 })
    expect(served).toBeGreaterThan(0)
  })

  test('of random words in the shared memory ends only its own enclave', async () => {
    const { reason } = await attack(`
      run()
      for (let count = 0; count < ${PACKETS}; count++) {
        Atomics.store(words, 1 + random(11), random(0xffffffff) | 0)
        view.setUint32(${RING_AT} + random(4096), random(0xffffffff), true)
        ring()
      }
      Atomics.store(words, ${Word.RING_OUT + 1}, 0x7fffffff)
      ring()`)
    expect(['violation', 'exited', 'trapped', 'out-of-memory', 'stack-overflow', 'deadline']).toContain(
      reason.kind,
    )
  })
})

test('an honest kernel exits by itself (the control)', async () => {
  const { reason } = await attack(
    `run(); Atomics.store(words, ${Word.DETAIL}, 7); Atomics.store(words, ${Word.END}, ${End.EXITED}); Atomics.store(words, ${Word.PHASE}, ${Phase.ENDED}); ring()`,
  )
  expect(reason).toEqual({ kind: 'exited', status: 7 })
})
