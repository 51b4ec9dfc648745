/**
 * One stream connection: credit, half-closes and the bytes that wait to be read (virtio 1.2, section 5.10.6;
 * the semantics are Linux's `virtio_transport_common.c`). The same code runs at both ends. Every field of a
 * packet is the peer's claim; a claim that cannot be true ends the connection.
 */
import type { Address, CloseReason } from './address.ts'
import { Op, type Packet, type PacketHeader, type PayloadLender, Shutdown, TYPE_STREAM } from './packet.ts'
import { ReceiveBuffer } from './receive-buffer.ts'

/** Puts a packet on its way; false where there is no room for it now. */
export type Send = (header: PacketHeader, payload: Uint8Array) => boolean

const NO_BYTES = new Uint8Array(0)

/** A connection's state machine. It never waits: its owner asks again after `onChange`. */
export class Connection {
  readonly local: Address
  readonly remote: Address
  /** Bytes that the peer may have on their way to this end, and that wait here unread, together. */
  readonly bufferLength: number
  state: 'connecting' | 'established' | 'closed' = 'connecting'
  /** Whether the handshake was ever completed, also where all is over by now. */
  wasEstablished = false
  /** Set once `state` is `closed`. */
  closeReason: CloseReason | undefined
  /** Called after anything about this connection may have changed. */
  onChange: () => void = () => {}
  /** Called once nothing waits to be read any more where something did when the connection was over. */
  onDrained: () => void = () => {}
  /** Called when it is over, or owes a packet that there was no room for: its owner calls `flush` later. */
  onUnsettled: (connection: Connection) => void = () => {}
  /** When the peer's answer to a connect or a close is given up, on the owner's clock. */
  deadline: number = Number.POSITIVE_INFINITY
  /**
   * Set while whoever has packets taken in is about to read: a payload that finds nothing before it then stays where it
   * arrived, and is copied once, not twice.
   */
  isAwaited = false
  bytesSent = 0
  bytesReceived = 0

  readonly #send: Send
  readonly #received: ReceiveBuffer
  #forwarded = 0
  #lastAdvertised = 0
  #sent = 0
  #peerAllocation = 0
  #peerForwarded = 0
  #localShutdown = 0
  #peerShutdown = 0
  /** One bit for each operation of which a packet is owed. They are sent in this order, that of the numbers. */
  #owed = 0

  constructor(local: Address, remote: Address, bufferLength: number, send: Send) {
    this.local = local
    this.remote = remote
    this.bufferLength = bufferLength
    this.#received = new ReceiveBuffer(bufferLength)
    this.#send = send
  }

  /** Bytes that can be read now. */
  get readable(): number {
    return this.#received.length
  }

  /** Whether reading will never give more than what is buffered. */
  get ended(): boolean {
    return (
      this.state === 'closed' ||
      ((this.#peerShutdown & Shutdown.SEND) | (this.#localShutdown & Shutdown.RECEIVE)) !== 0
    )
  }

  /** Whether writing can still reach the peer. */
  get writable(): boolean {
    return (
      this.state === 'established' &&
      (this.#localShutdown & Shutdown.SEND) === 0 &&
      (this.#peerShutdown & Shutdown.RECEIVE) === 0
    )
  }

  /** Bytes that the peer has room for. */
  get credit(): number {
    if (!this.writable) return 0
    const inFlight = (this.#sent - this.#peerForwarded) >>> 0
    return Math.max(0, this.#peerAllocation - inFlight)
  }

  /** Moves received bytes into `target`, as many as it holds or there are; their number. */
  read(target: Uint8Array): number {
    const length = this.#received.moveInto(target)
    this.#forwarded = (this.#forwarded + length) >>> 0
    if (this.state === 'closed') {
      if (length > 0 && this.readable === 0) this.onDrained()
      return length
    }
    const unadvertised = (this.#forwarded - this.#lastAdvertised) >>> 0
    if (unadvertised >= this.bufferLength / 2 && this.state === 'established') this.#owe(Op.CREDIT_UPDATE)
    return length
  }

  /** Sends as much of `bytes` as credit and the ring's `room` allow, in one packet; the count sent. */
  write(bytes: Uint8Array, room: number): number {
    const length = Math.min(bytes.byteLength, this.credit, Math.max(0, room))
    // What is owed goes first: no data before the response, none after a shutdown.
    if (length === 0 || !this.flush()) return 0
    if (!this.#emit(Op.RW, 0, length === bytes.byteLength ? bytes : bytes.subarray(0, length))) return 0
    this.#sent = (this.#sent + length) >>> 0
    this.bytesSent += length
    return length
  }

  /** Begins the handshake, as the side that connects. */
  request(): void {
    this.#owe(Op.REQUEST)
  }

  /** Completes the handshake, as the side that accepts. */
  accept(request: PacketHeader): void {
    this.#credit(request)
    this.#establish()
    this.#owe(Op.RESPONSE)
  }

  /** Forgets what waits to be read. */
  discard(): void {
    if (this.readable === 0) return
    this.#received.clear()
    if (this.state === 'closed') this.onDrained()
  }

  /** Closes one half or both (`Shutdown`), after what was written. What was not read is lost with its half. */
  shutdown(how: number): void {
    if (this.state === 'closed' && how & Shutdown.RECEIVE) this.discard()
    if (this.state !== 'established' || (this.#localShutdown | how) === this.#localShutdown) return
    this.#localShutdown |= how
    if (how & Shutdown.RECEIVE) this.#received.clear()
    this.#owe(Op.SHUTDOWN)
    this.onChange()
  }

  /** Ends the connection at once, and tells the peer with RST where `tell`. */
  abort(reason: CloseReason, tell: boolean): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.closeReason = reason
    this.#owed = 0
    if (reason !== 'closed') this.#received.clear()
    if (tell) this.#owe(Op.RST)
    this.onUnsettled(this)
    this.onChange()
  }

  /** Sends what control packets are owed; false where the ring had no room for one. */
  flush(): boolean {
    while (this.#owed !== 0) {
      const operation = 31 - Math.clz32(this.#owed & -this.#owed)
      const flags = operation === Op.SHUTDOWN ? this.#localShutdown : 0
      if (!this.#emit(operation, flags, NO_BYTES)) return false
      this.#owed &= ~(1 << operation)
    }
    return true
  }

  /** Handles a packet addressed to this connection. */
  receive(packet: Packet): void {
    const { header, lender } = packet
    if (this.state === 'closed') return
    this.#credit(header)
    if (this.state === 'connecting' && header.operation !== Op.RESPONSE && header.operation !== Op.RST) {
      return this.abort('reset', true)
    }
    switch (header.operation) {
      case Op.RESPONSE:
        if (this.state !== 'connecting') return this.abort('reset', true)
        this.#establish()
        break
      case Op.RST:
        return this.abort(this.#reasonOfReset(), false)
      case Op.SHUTDOWN:
        this.#peerShutdown |= header.flags & Shutdown.BOTH
        // Both of the peer's halves are shut: it has closed, and waits for this answer.
        if (this.#peerShutdown === Shutdown.BOTH) return this.abort('closed', true)
        break
      case Op.RW:
        return this.#take(lender ? lender.place : packet.payload, lender)
      case Op.CREDIT_UPDATE:
        break
      case Op.CREDIT_REQUEST:
        this.#owe(Op.CREDIT_UPDATE)
        break
      default:
        return this.abort('reset', true)
    }
    this.onChange()
  }

  #take(payload: Uint8Array, lender: PayloadLender | undefined): void {
    if (this.#peerShutdown & Shutdown.SEND) return this.abort('reset', true)
    if (payload.byteLength === 0) return
    if (this.#localShutdown & Shutdown.RECEIVE) {
      // It was on its way when this end stopped reading.
      this.#forwarded = (this.#forwarded + payload.byteLength) >>> 0
      return
    }
    if (payload.byteLength > this.#received.room) return this.abort('reset', true)
    this.#received.add(payload, this.isAwaited ? lender : undefined)
    this.bytesReceived += payload.byteLength
    this.onChange()
  }

  #reasonOfReset(): CloseReason {
    if (this.state === 'connecting') return 'refused'
    return this.#localShutdown === Shutdown.BOTH ? 'closed' : 'reset'
  }

  #establish(): void {
    this.state = 'established'
    this.wasEstablished = true
    this.deadline = Number.POSITIVE_INFINITY
  }

  #credit(header: PacketHeader): void {
    this.#peerAllocation = header.bufferAllocation
    this.#peerForwarded = header.forwardCount
  }

  #owe(operation: number): void {
    this.#owed |= 1 << operation
    if (!this.flush()) this.onUnsettled(this)
  }

  #emit(operation: number, flags: number, payload: Uint8Array): boolean {
    const sent = this.#send(
      {
        sourceCid: this.local.cid,
        destinationCid: this.remote.cid,
        sourcePort: this.local.port,
        destinationPort: this.remote.port,
        length: payload.byteLength,
        type: TYPE_STREAM,
        operation,
        flags,
        bufferAllocation: this.bufferLength,
        forwardCount: this.#forwarded,
      },
      payload,
    )
    if (sent) {
      this.#lastAdvertised = this.#forwarded
      this.#owed &= ~(1 << Op.CREDIT_UPDATE)
    }
    return sent
  }
}
