/** The channel to an enclave in a separate process: frames over a socket or two pipes, bounded in both directions. */
import type { Duplex, Writable } from 'node:stream'
import type { Bytes } from '../base/bytes.ts'
import { badFrame, decodePacket, END_HEAD_LENGTH, Frame, MAX_SLEEP } from '../boundary/frames.ts'
import type { ClaimedEnd, EnclaveChannel } from '../boundary/hypervisor-channel.ts'
import { Phase } from '../boundary/shared-memory.ts'
import { unref } from '../platform/timer.ts'
import { MAX_REQUEST_LENGTH } from '../qtsm/protocol.ts'
import type { Packet, PacketHeader } from '../vsock/packet.ts'
import type { FrameReader } from './frame-reader.ts'
import { FrameWriter } from './frame-writer.ts'
import { KeptConsole } from './kept-console.ts'

/** The hypervisor's end of the socket. */
export class FrameChannel implements EnclaveChannel {
  readonly #socket: Duplex
  readonly #reader: FrameReader
  readonly #writer: FrameWriter
  #request: Bytes | undefined
  #answering = false
  #response: Bytes | undefined
  #phase: number = Phase.BOOTING
  /** The phase to which the frames before the fence belong. */
  #fenced: number | undefined
  #end: ClaimedEnd = { end: 0, status: 0, message: new Uint8Array(0) }
  readonly #console = new KeptConsole()
  #changes = 0
  #wake: (() => void) | undefined
  #isWaking = false
  /** The timer after which AWAKE is sent to the enclave. */
  #alarm: NodeJS.Timeout | undefined
  #owesWord = false

  /** `socket` is read into `reader`; `outgoing` is the same socket or another pipe to the same process. */
  constructor(socket: Duplex, outgoing: Writable, reader: FrameReader) {
    this.#socket = socket
    this.#reader = reader
    reader.onBytes = () => {
      if (reader.isFull) socket.pause()
      this.interrupt()
    }
    this.#writer = new FrameWriter(outgoing, () => {
      this.#sendResponse()
      this.#sendWord()
      this.interrupt()
    })
    // Only wakes this end: the end of the process is reported by the process itself.
    socket.on('error', () => this.interrupt())
    socket.on('close', () => clearTimeout(this.#alarm))
  }

  get room(): number {
    return this.#writer.packetRoom
  }

  push(header: PacketHeader, payload: Uint8Array): boolean {
    return this.#writer.writePacket(header, payload)
  }

  pop(): Packet | 'other' | undefined {
    // The order of frames shows what was sent before a phase; nothing may follow the end.
    if (this.#hasEnded || (this.#fenced ?? this.#phase) !== this.#phase) return undefined
    const frame = this.#reader.next()
    if (!this.#reader.isFull && this.#socket.isPaused()) this.#socket.resume()
    if (!frame) return undefined
    if (frame.kind === Frame.PACKET) return decodePacket(frame.body)
    this.#take(frame.kind, frame.body)
    // Wakes the caller, which may already have checked everything else.
    if (frame.kind !== Frame.CONSOLE) this.interrupt()
    return 'other'
  }

  get isDrained(): boolean {
    return this.#hasEnded || !this.#reader.hasNext
  }

  get #hasEnded(): boolean {
    return this.#phase === Phase.ENDED || this.#phase === Phase.FAILED
  }

  fence(): void {
    this.#fenced = this.#phase
  }

  lift(): void {
    this.#fenced = undefined
  }

  acknowledge(): void {}

  takeRequest(): Bytes | undefined {
    // An enclave that does not read its responses gets no further ones.
    if (this.#answering || this.#response) return undefined
    const request = this.#request
    this.#request = undefined
    this.#answering = request !== undefined
    return request
  }

  respond(response: Bytes): void {
    this.#answering = false
    this.#response = response
    this.#sendResponse()
  }

  get phase(): number {
    return this.#phase
  }

  readEnd(): ClaimedEnd {
    return this.#end
  }

  readConsole(): { bytes: Bytes; total: number } {
    return this.#console.read()
  }

  mark(): number {
    return this.#changes
  }

  sleep(mark: number, timeout: number): Promise<void> {
    if (mark !== this.#changes) return new Promise((resolve) => setImmediate(resolve))
    return new Promise((resolve) => {
      const timer = Number.isFinite(timeout)
        ? setTimeout(() => this.#wake?.(), Math.min(timeout, MAX_SLEEP))
        : undefined
      // Does not keep this process alive: only the enclave's process does, if requested.
      unref(timer)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        this.#isWaking = false
        resolve()
      }
    })
  }

  /** Wakes the sleeper in a separate task, because one event may cause many reads, and each read many changes. */
  interrupt(): void {
    this.#changes += 1
    if (!this.#wake || this.#isWaking) return
    this.#isWaking = true
    setImmediate(() => this.#wake?.())
  }

  #sendResponse(): void {
    if (this.#response && this.#writer.write(Frame.RESPONSE, this.#response)) this.#response = undefined
  }

  #sendWord(): void {
    if (this.#owesWord && this.#writer.write(Frame.AWAKE)) this.#owesWord = false
  }

  /** Sends AWAKE to the enclave after `time` milliseconds; replaces an earlier timer. */
  #wakeEnclave(time: number): void {
    clearTimeout(this.#alarm)
    const wake = () => {
      this.#owesWord = true
      this.#sendWord()
    }
    if (time === 0) return wake()
    this.#alarm = setTimeout(wake, time)
    unref(this.#alarm)
    if (this.#socket.destroyed) clearTimeout(this.#alarm)
  }

  #take(kind: number, body: Bytes): void {
    switch (kind) {
      case Frame.REQUEST:
        if (body.byteLength > MAX_REQUEST_LENGTH)
          throw badFrame('a request that is too long', body.byteLength)
        if (this.#request || this.#answering || this.#response)
          throw badFrame('a request before the last one was answered', 1)
        this.#request = body.slice()
        return
      case Frame.PHASE:
        if (body.byteLength !== 1) throw badFrame('a phase of the wrong length', body.byteLength)
        this.#phase = body[0]!
        return
      case Frame.END: {
        if (body.byteLength < END_HEAD_LENGTH) throw badFrame('an end that is too short', body.byteLength)
        const view = new DataView(body.buffer, body.byteOffset)
        this.#end = {
          end: view.getInt32(0, true),
          status: view.getInt32(4, true),
          message: body.slice(END_HEAD_LENGTH),
        }
        return
      }
      case Frame.SLEEP: {
        if (body.byteLength !== 4) throw badFrame('a sleep of the wrong length', body.byteLength)
        const time = new DataView(body.buffer, body.byteOffset).getUint32(0, true)
        if (time > MAX_SLEEP) throw badFrame('a sleep that is too long', time)
        this.#wakeEnclave(time)
        return
      }
      case Frame.CONSOLE:
        return this.#console.add(body)
      default:
        throw badFrame('a frame of an unknown kind', kind)
    }
  }
}
