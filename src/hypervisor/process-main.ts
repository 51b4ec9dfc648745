/**
 * What an enclave's own process runs: the enclave's Worker, and between its shared memory and the socket to the
 * hypervisor (descriptor 3) a bridge that understands nothing of what it carries. It lives no longer than the socket.
 */
import { Socket } from 'node:net'
import { deserialize } from 'node:v8'
import type { Bytes } from '../base/bytes.ts'
import { Phase } from '../kernel/shared-memory.ts'
import { beginWorker } from '../platform/waiting-worker.ts'
import { MAX_PAYLOAD, type Packet } from '../vsock/packet.ts'
import { FrameWriter } from './frame-writer.ts'
import { decodePacket, Frame, FrameReader } from './frames.ts'
import { type EnclaveHost, runWaiting, type SentProgram } from './host.ts'

const HYPERVISOR = 3
/** The first frame carries the whole program. */
const MAX_BOOT_LENGTH = 1 << 30
/** Bytes that may wait to be carried to the enclave before the socket is no longer read. */
const MAX_UNCARRIED = 524288
/** Status of a process whose Worker is gone. */
const LOST = 70

const worker = beginWorker()
const socket = new Socket({ fd: HYPERVISOR, readable: true, writable: true })
const reader = new FrameReader(MAX_BOOT_LENGTH)
const writer = new FrameWriter(socket, () => host?.channel.interrupt())
let host: EnclaveHost | undefined
/** What has come for the enclave and found no room in its ring. */
let waiting: Packet | undefined

/** Whether any one frame finds room. */
const hasRoom = () => writer.packetRoom === MAX_PAYLOAD

async function boot(body: Bytes): Promise<void> {
  const program = deserialize(body) as SentProgram
  // Nothing else is to be done here meanwhile: in this thread it takes less time.
  const modules = [...program.moduleBytes].map(
    ([name, bytes]) => [name, new WebAssembly.Module(bytes)] as const,
  )
  host = runWaiting(worker, program, new Map(modules))
  const { channel, lost } = host
  // A Worker that is gone without a last word takes its process along: the hypervisor sees that.
  void lost.then(() => channel.phase > Phase.RUNNING || process.exit(LOST))
  await bridge(host, program.boot.debug)
}

/** Carries until the program is over, then leaves the last word to the hypervisor. */
async function bridge({ channel }: EnclaveHost, debug: boolean): Promise<void> {
  let told: number = Phase.BOOTING
  let printed = 0
  for (;;) {
    const mark = channel.mark()
    const { phase } = channel
    carryIn(channel)
    const isDrained = carryOut(channel)
    const request = hasRoom() ? channel.takeRequest() : undefined
    if (request) writer.write(Frame.REQUEST, request)
    if (debug && hasRoom()) printed = tellConsole(channel, printed)
    // The end is told after everything that came before it.
    if (phase !== told && isDrained && hasRoom()) {
      told = phase
      if (phase > Phase.RUNNING) tellEnd(channel)
      writer.write(Frame.PHASE, Uint8Array.of(phase))
    }
    await channel.sleep(mark, Number.POSITIVE_INFINITY)
  }
}

/** Sends what the enclave has for the hypervisor, as far as there is room; true where nothing is left. */
function carryOut(channel: EnclaveHost['channel']): boolean {
  let carried = 0
  let packet: Packet | undefined
  while (hasRoom()) {
    packet = channel.pop()
    if (!packet) break
    writer.writePacket(packet.header, packet.payload)
    carried += 1
  }
  if (carried > 0) channel.acknowledge()
  return packet === undefined && hasRoom()
}

/** Gives the enclave what has come for it, as far as its ring has room. */
function carryIn(channel: EnclaveHost['channel']): void {
  for (;;) {
    waiting ??= nextPacket(channel)
    if (!waiting || !channel.push(waiting.header, waiting.payload)) break
    waiting = undefined
  }
  if (reader.held < MAX_UNCARRIED && socket.isPaused()) socket.resume()
}

/** The next packet that has come; what else comes before it is done. */
function nextPacket(channel: EnclaveHost['channel']): Packet | undefined {
  for (let frame = reader.next(); frame; frame = reader.next()) {
    if (frame.kind === Frame.PACKET) return decodePacket(frame.body)
    if (frame.kind === Frame.RESPONSE) channel.respond(frame.body)
  }
  return undefined
}

/** Sends what was printed since `printed` bytes had been. */
function tellConsole(channel: EnclaveHost['channel'], printed: number): number {
  const { bytes, total } = channel.readConsole()
  const fresh = Math.min(total - printed, bytes.byteLength)
  if (fresh > 0) writer.write(Frame.CONSOLE, bytes.subarray(bytes.byteLength - fresh))
  return total
}

function tellEnd(channel: EnclaveHost['channel']): void {
  const { end, status, message } = channel.readEnd()
  const head = new DataView(new ArrayBuffer(8))
  head.setInt32(0, end, true)
  head.setInt32(4, status, true)
  writer.write(Frame.END, new Uint8Array(head.buffer), message)
}

/** Waits for the one frame with the program. */
let isBooting = false
function awaitBoot(): void {
  const frame = reader.next()
  if (frame?.kind !== Frame.BOOT) return
  isBooting = true
  void boot(frame.body)
}

socket.on('data', (chunk: Bytes) => {
  reader.push(chunk)
  if (!isBooting) return awaitBoot()
  if (reader.held >= MAX_UNCARRIED) socket.pause()
  host?.channel.interrupt()
})
socket.on('error', () => process.exit(1))
socket.on('close', () => process.exit(0))
