/**
 * What an enclave's own process runs: the enclave's Worker, and between its shared memory and the socket to the
 * hypervisor (descriptor 3) a bridge that understands nothing of what it carries. It lives no longer than the socket.
 */
import { Socket } from 'node:net'
import { deserialize } from 'node:v8'
import type { Bytes } from '../base/bytes.ts'
import { Phase } from '../kernel/shared-memory.ts'
import type { Packet } from '../vsock/packet.ts'
import { decodePacket, encodeFrame, encodePacket, Frame, FrameReader } from './frames.ts'
import { type EnclaveHost, type Program, startWorkerHost } from './host.ts'

const HYPERVISOR = 3
/** The first frame carries the whole program. */
const MAX_BOOT_LENGTH = 1 << 30
/** Bytes that may wait in the socket before the enclave's packets wait in its ring. */
const MAX_UNSENT = 524288
/** Status of a process whose Worker is gone. */
const LOST = 70

const socket = new Socket({ fd: HYPERVISOR, readable: true, writable: true })
const incoming: Packet[] = []
let host: EnclaveHost | undefined

async function boot(body: Bytes): Promise<void> {
  const { modules: _, ...program } = deserialize(body) as Program
  const compiled = [...program.moduleBytes].map(
    async ([name, bytes]) => [name, await WebAssembly.compile(bytes)] as const,
  )
  host = await startWorkerHost({ ...program, modules: new Map(await Promise.all(compiled)) })
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
    const request = channel.takeRequest()
    if (request) socket.write(encodeFrame(Frame.REQUEST, request))
    if (debug) printed = tellConsole(channel, printed)
    // The end is told after everything that came before it.
    if (phase !== told && isDrained) {
      told = phase
      if (phase > Phase.RUNNING) socket.write(endFrame(channel.readEnd()))
      socket.write(encodeFrame(Frame.PHASE, Uint8Array.of(phase)))
    }
    await channel.sleep(mark, Number.POSITIVE_INFINITY)
  }
}

/** Sends what the enclave has for the hypervisor, while the socket has room; true where nothing is left. */
function carryOut(channel: EnclaveHost['channel']): boolean {
  while (socket.writableLength < MAX_UNSENT) {
    const packet = channel.pop()
    if (!packet) return true
    socket.write(encodePacket(packet.header, packet.payload))
    channel.acknowledge()
  }
  return false
}

/** Gives the enclave what has come for it, as far as its ring has room. */
function carryIn(channel: EnclaveHost['channel']): void {
  while (incoming[0] && channel.push(incoming[0].header, incoming[0].payload)) incoming.shift()
  if (incoming.length === 0 && socket.isPaused()) socket.resume()
}

/** Sends what was printed since `printed` bytes had been. */
function tellConsole(channel: EnclaveHost['channel'], printed: number): number {
  const { bytes, total } = channel.readConsole()
  const fresh = Math.min(total - printed, bytes.byteLength)
  if (fresh > 0) socket.write(encodeFrame(Frame.CONSOLE, bytes.subarray(bytes.byteLength - fresh)))
  return total
}

function endFrame({ end, status, message }: ReturnType<EnclaveHost['channel']['readEnd']>): Bytes {
  const head = new Uint8Array(8)
  const view = new DataView(head.buffer)
  view.setInt32(0, end, true)
  view.setInt32(4, status, true)
  return encodeFrame(Frame.END, head, message)
}

function take(kind: number, body: Bytes): void {
  if (kind === Frame.BOOT && !host) return void boot(body)
  if (kind === Frame.RESPONSE) return host?.channel.respond(body)
  if (kind !== Frame.PACKET) return
  incoming.push(decodePacket(body))
  host?.channel.interrupt()
}

const reader = new FrameReader(MAX_BOOT_LENGTH, take)
socket.on('data', (chunk: Uint8Array) => {
  reader.push(chunk)
  if (incoming.length > 0) socket.pause()
})
socket.on('drain', () => host?.channel.interrupt())
socket.on('error', () => process.exit(1))
socket.on('close', () => process.exit(0))
