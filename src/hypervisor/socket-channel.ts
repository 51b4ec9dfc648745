/** The channel to an enclave in a process of its own: frames over a Unix socket, bounded in both directions. */
import type { Duplex } from 'node:stream'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import { CONSOLE_LENGTH, Phase } from '../kernel/shared-memory.ts'
import { MAX_REQUEST_LENGTH } from '../qtsm/protocol.ts'
import { MAX_PAYLOAD, type Packet, type PacketHeader } from '../vsock/packet.ts'
import type { ClaimedEnd, EnclaveChannel } from './channel.ts'
import {
  badFrame,
  decodePacket,
  encodeFrame,
  encodePacket,
  Frame,
  FrameReader,
  MAX_FRAME_LENGTH,
} from './frames.ts'

/** Bytes that may wait in the socket before it counts as full. */
const MAX_UNSENT = 524288
/** Packets that may wait to be taken before the socket is no longer read. */
const MAX_UNTAKEN = 256
const END_LENGTH = 8

/** The hypervisor's end of the socket. */
export class SocketChannel implements EnclaveChannel {
  readonly #socket: Duplex
  readonly #packets: Packet[] = []
  readonly #reader = new FrameReader(MAX_FRAME_LENGTH, (kind, body) => this.#take(kind, body))
  #request: Bytes | undefined
  #answering = false
  #phase: number = Phase.BOOTING
  #end: ClaimedEnd = { end: 0, status: 0, message: new Uint8Array(0) }
  #console: Bytes = new Uint8Array(0)
  #printed = 0
  #violation: unknown
  #changes = 0
  #wake: (() => void) | undefined

  constructor(socket: Duplex) {
    this.#socket = socket
    socket.on('data', (chunk: Uint8Array) => this.#receive(chunk))
    socket.on('drain', () => this.interrupt())
    // The process's end is told by the process; a broken socket is only a sign of it.
    socket.on('error', () => this.interrupt())
  }

  get room(): number {
    return this.#socket.writable && this.#socket.writableLength < MAX_UNSENT ? MAX_PAYLOAD : -1
  }

  push(header: PacketHeader, payload: Uint8Array): boolean {
    if (this.room < 0) return false
    this.#socket.write(encodePacket(header, payload))
    return true
  }

  pop(): Packet | undefined {
    if (this.#violation) throw this.#violation
    const packet = this.#packets.shift()
    if (this.#packets.length < MAX_UNTAKEN && this.#socket.isPaused()) this.#socket.resume()
    // The end was held back for this one.
    if (packet && this.#packets.length === 0 && this.#phase > Phase.RUNNING) this.interrupt()
    return packet
  }

  acknowledge(): void {}

  takeRequest(): Bytes | undefined {
    // Whoever does not read its answers asks in vain.
    if (this.#answering || this.room < 0) return undefined
    const request = this.#request
    this.#request = undefined
    this.#answering = request !== undefined
    return request
  }

  respond(response: Bytes): void {
    this.#answering = false
    this.#socket.write(encodeFrame(Frame.RESPONSE, response))
  }

  get phase(): number {
    // Whatever was sent before the end is taken first.
    return this.#packets.length > 0 && this.#phase > Phase.RUNNING ? Phase.RUNNING : this.#phase
  }

  readEnd(): ClaimedEnd {
    return this.#end
  }

  readConsole(): { bytes: Bytes; total: number } {
    return { bytes: this.#console, total: this.#printed }
  }

  mark(): number {
    return this.#changes
  }

  sleep(mark: number, timeout: number): Promise<void> {
    if (mark !== this.#changes) return new Promise((resolve) => setImmediate(resolve))
    return new Promise((resolve) => {
      const timer = Number.isFinite(timeout) ? setTimeout(() => this.#wake?.(), timeout) : undefined
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }

  interrupt(): void {
    this.#changes += 1
    this.#wake?.()
  }

  #receive(chunk: Uint8Array): void {
    if (this.#violation) return
    try {
      this.#reader.push(chunk)
      if (this.#packets.length >= MAX_UNTAKEN) this.#socket.pause()
    } catch (error) {
      this.#violation = error
    }
    this.interrupt()
  }

  #take(kind: number, body: Bytes): void {
    switch (kind) {
      case Frame.PACKET:
        this.#packets.push(decodePacket(body))
        return
      case Frame.REQUEST:
        if (body.byteLength > MAX_REQUEST_LENGTH)
          throw badFrame('a request that is too long', body.byteLength)
        if (this.#request || this.#answering) throw badFrame('a request before its last was answered', 1)
        this.#request = body
        return
      case Frame.PHASE:
        if (body.byteLength !== 1) throw badFrame('a phase of another length', body.byteLength)
        this.#phase = body[0]!
        return
      case Frame.END: {
        if (body.byteLength < END_LENGTH) throw badFrame('an end that is too short', body.byteLength)
        const view = new DataView(body.buffer, body.byteOffset)
        this.#end = {
          end: view.getInt32(0, true),
          status: view.getInt32(4, true),
          message: body.slice(END_LENGTH),
        }
        return
      }
      case Frame.CONSOLE:
        this.#printed = (this.#printed + body.byteLength) >>> 0
        this.#console = concatBytes(this.#console, body).slice(-CONSOLE_LENGTH)
        return
      default:
        throw badFrame('a frame of no known kind', kind)
    }
  }
}
