/** The heartbeat: before an enclave counts as running, it sends `B7` to CID 3, port 9000, and gets it back. */
import { describe, expect, test } from 'vitest'
import { HEARTBEAT_BYTE, HEARTBEAT_PORT } from '../../src/boundary/heartbeat.ts'
import { RingConsumer, RingProducer } from '../../src/boundary/ring.ts'
import { createSharedMemory, Phase, Word } from '../../src/boundary/shared-memory.ts'
import { openHeartbeat } from '../../src/kernel/heartbeat.ts'
import { KernelLink } from '../../src/kernel/link.ts'
import { RingChannel } from '../../src/kernel/ring-channel.ts'
import { Op, PARENT_CID, TYPE_STREAM } from '../../src/vsock/packet.ts'
import { Laboratory } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'
import { startProbe } from '../support/probe.ts'

const CID = 4
const GLUE = 'const instantiate = undefined'
const ISOLATIONS = ['worker', 'process'] as const
const STAY = 'await new Promise(() => setInterval(() => {}, 1e6))'

const REQUEST = {
  sourceCid: CID,
  destinationCid: PARENT_CID,
  sourcePort: 50000,
  destinationPort: HEARTBEAT_PORT,
  length: 0,
  type: TYPE_STREAM,
  operation: Op.REQUEST,
  flags: 0,
  bufferAllocation: 65536,
  forwardCount: 0,
}

/**
 * A kernel that immediately reports that it runs, and sends `bytes` as its heartbeat, or no heartbeat if that is empty.
 */
const kernel = (bytes: readonly number[]) => `
globalThis.webclaveKernel = {
  emptyScope() {},
  async boot({ shared }, instantiate, { channel = ringOf(shared) }) {
    const bytes = Uint8Array.from(${JSON.stringify(bytes)})
    const request = ${JSON.stringify(REQUEST)}
    if (bytes.length > 0) {
      channel.push(request, new Uint8Array(0))
      channel.push({ ...request, operation: ${Op.RW}, length: bytes.length }, bytes)
    }
    channel.tellRunning()
    ${STAY}
  },
}
function ringOf(shared) {
  const words = new Int32Array(shared)
  const view = new DataView(shared, 131072)
  let position = 0
  return {
    push(header, payload) {
      view.setUint32(position, header.sourceCid, true)
      view.setUint32(position + 8, header.destinationCid, true)
      view.setUint32(position + 16, header.sourcePort, true)
      view.setUint32(position + 20, header.destinationPort, true)
      view.setUint32(position + 24, header.length, true)
      view.setUint16(position + 28, header.type, true)
      view.setUint16(position + 30, header.operation, true)
      view.setUint32(position + 36, header.bufferAllocation, true)
      payload.forEach((byte, at) => view.setUint8(position + 64 + at, byte))
      position += 64 + (payload.length > 0 ? 64 : 0)
      Atomics.store(words, ${Word.RING_OUT + 1}, position)
    },
    tellRunning() {
      Atomics.store(words, ${Word.PHASE}, ${Phase.RUNNING})
      Atomics.add(words, ${Word.HYPERVISOR_BELL}, 1)
      Atomics.notify(words, ${Word.HYPERVISOR_BELL})
    },
  }
}`

describe.each(ISOLATIONS)('an enclave in a %s', (isolation) => {
  const start = (bytes: readonly number[], startTimeout = patience(30_000)) =>
    startProbe(GLUE, kernel(bytes), { heartbeat: true, isolation, memoryMiB: 64, startTimeout })

  test('starts when its kernel sends the byte', async () => {
    const process = await start([HEARTBEAT_BYTE])
    await process.end({ kind: 'killed', message: 'enough' })
  })

  test('never starts when its kernel sends no heartbeat, even if it reports that it runs', async () => {
    await expect(start([], 700)).rejects.toMatchObject({
      code: 'E_ENCLAVE_BOOT',
      got: 'deadline: it did not start within 700 ms',
    })
  })

  test.each([
    ['another byte', [0xb8]],
    ['an additional byte', [HEARTBEAT_BYTE, 0]],
  ])('does not start when its kernel sends %s', async (_, bytes) => {
    await expect(start(bytes)).rejects.toMatchObject({
      code: 'E_ENCLAVE_BOOT',
      got: expect.stringContaining('E_ENCLAVE_HEARTBEAT: the kernel sent an invalid heartbeat'),
    })
  })

  test('starts with the real kernel, and the port refuses other connections', async () => {
    await using lab = await Laboratory.open({ isolation })
    const { error } = await lab.attempt(`await sdk.vsock.connect(${HEARTBEAT_PORT})`)
    expect(error).toMatchObject({ name: 'VsockError', code: 'refused' })
    expect(() => lab.parent.listen(HEARTBEAT_PORT, () => {})).toThrow(
      expect.objectContaining({ code: 'E_VSOCK_PORT_TAKEN' }),
    )
  })
})

/** A channel that receives nothing more: it throws if the kernel waits, which would block this thread for ever. */
class EndedChannel extends RingChannel {
  override sleep(): never {
    throw new Error('the kernel waits for a packet that never arrives')
  }
}

/**
 * A kernel's link on which the hypervisor's packets have already arrived: a response or a reset, and the answer, if
 * any.
 */
function linkWith(operation: number, answer: readonly number[]) {
  const shared = createSharedMemory()
  const down = new RingProducer(shared.ringIn)
  const header = {
    sourceCid: PARENT_CID,
    destinationCid: CID,
    sourcePort: HEARTBEAT_PORT,
    destinationPort: 49152,
    type: TYPE_STREAM,
    flags: 0,
    bufferAllocation: 65536,
    forwardCount: 0,
  }
  down.push({ ...header, length: 0, operation }, new Uint8Array(0))
  if (answer.length > 0)
    down.push({ ...header, length: answer.length, operation: Op.RW }, Uint8Array.from(answer))
  const now = () => performance.now()
  const link = new KernelLink(new EndedChannel(shared.buffer, now), CID, 1 << 20, now)
  return { link, up: new RingConsumer(shared.ringOut) }
}

describe('the kernel', () => {
  test('waits if no answer has arrived (positive control)', () => {
    expect(() => openHeartbeat(linkWith(Op.RESPONSE, []).link)()).toThrow(
      'waits for a packet that never arrives',
    )
  })

  test('sends one byte to (3, 9000)', () => {
    const { link, up } = linkWith(Op.RESPONSE, [HEARTBEAT_BYTE])
    openHeartbeat(link)()
    expect(up.pop()?.header).toMatchObject({
      operation: Op.REQUEST,
      destinationCid: 3,
      destinationPort: 9000,
    })
    expect(up.pop()).toMatchObject({ header: { operation: Op.RW }, payload: Uint8Array.of(0xb7) })
    expect(up.pop()?.header.operation).toBe(Op.SHUTDOWN)
  })

  test.each([
    ['another byte', Op.RESPONSE, [0], 'the heartbeat was answered with the wrong byte'],
    ['two bytes', Op.RESPONSE, [HEARTBEAT_BYTE, 0], 'the heartbeat was answered with the wrong byte'],
    ['a reset', Op.RST, [], 'the heartbeat was not answered'],
  ])('fails to boot if the answer is %s', (_, operation, answer, message) => {
    expect(() => openHeartbeat(linkWith(operation, answer).link)()).toThrow(message)
  })
})
