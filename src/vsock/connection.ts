/**
 * One stream connection: credit, half-close and unread bytes (virtio 1.2, section 5.10.6; the semantics are those of
 * Linux's `virtio_transport_common.c`). The same code runs at both ends. Packet fields are untrusted claims of the
 * peer; an impossible claim ends the connection.
 */
import type { Address, CloseReason } from './address.ts'
import { Op, type Packet, type PacketHeader, type PayloadLender, Shutdown, TYPE_STREAM } from './packet.ts'
import { ReceiveBuffer } from './receive-buffer.ts'

/** Sends a packet; returns false if there is no room for it now. With `isMoreToCome`, its owner announces it later. */
export type Send = (header: PacketHeader, payload: Uint8Array, isMoreToCome?: boolean) => boolean

const NO_BYTES = new Uint8Array(0)

/** A connection's state machine. It never waits: its owner tries again after `onChange`. */
export class Connection {
  readonly local: Address
  readonly remote: Address
  /** Length of the receive buffer: limits the bytes in flight from the peer plus the unread bytes. */
  readonly bufferLength: number
  state: 'connecting' | 'established' | 'closed' = 'connecting'
  /** Whether the handshake was completed; stays true after the connection is closed. */
  wasEstablished = false
  /** Set once `state` is `closed`. */
  closeReason: CloseReason | undefined
  /** Called whenever the state of this connection may have changed. */
  onChange: () => void = () => {}
  /** Called when a closed connection that had unread bytes has been read to the end. */
  onDrained: () => void = () => {}
  /**
   * Called when the connection is closed, or owes a packet for which there was no room: its owner calls `flush` later.
   */
  onUnsettled: (connection: Connection) => void = () => {}
  /** When to stop waiting for the peer's response to a connect or close, on the owner's clock. */
  deadline: number = Number.POSITIVE_INFINITY
  /**
   * Set while a read follows at once: a payload that arrives in an empty buffer then stays in the ring, and is copied
   * once instead of twice.
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
  /** One bit for each operation of which a packet is owed. They are sent in the order of their numbers. */
  #owed = 0

  constructor(local: Address, remote: Address, bufferLength: number, send: Send) {
    this.local = local
    this.remote = remote
    this.bufferLength = bufferLength
    this.#received = new ReceiveBuffer(bufferLength)
    this.#send = send
  }

  /** Number of bytes that can be read now. */
  get readable(): number {
    return this.#received.length
  }

  /** Whether nothing will arrive beyond what is buffered. */
  get ended(): boolean {
    return (
      this.state === 'closed' ||
      ((this.#peerShutdown & Shutdown.SEND) | (this.#localShutdown & Shutdown.RECEIVE)) !== 0
    )
  }

  /** Whether bytes can still be sent to the peer. */
  get writable(): boolean {
    return (
      this.state === 'established' &&
      (this.#localShutdown & Shutdown.SEND) === 0 &&
      (this.#peerShutdown & Shutdown.RECEIVE) === 0
    )
  }

  /** Number of bytes that the peer has room for. */
  get credit(): number {
    if (!this.writable) return 0
    const inFlight = (this.#sent - this.#peerForwarded) >>> 0
    return Math.max(0, this.#peerAllocation - inFlight)
  }

  /** Moves received bytes into `target`, as many as fit; returns their number. */
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

  /**
   * Sends as much of `bytes` as credit and the ring's `room` allow, in one packet; returns the number of bytes sent. If
   * that is less than all, the peer need not have been notified: either the rest follows, or the owner does it.
   */
  write(bytes: Uint8Array, room: number): number {
    const length = Math.min(bytes.byteLength, this.credit, Math.max(0, room))
    // Owed packets go first: no data before the RESPONSE, none after a SHUTDOWN.
    if (length === 0 || !this.flush()) return 0
    const isAll = length === bytes.byteLength
    if (!this.#emit(Op.RW, 0, isAll ? bytes : bytes.subarray(0, length), !isAll)) return 0
    this.#sent = (this.#sent + length) >>> 0
    this.bytesSent += length
    return length
  }

  /** Starts the handshake on the connecting side. */
  request(): void {
    this.#owe(Op.REQUEST)
  }

  /** Completes the handshake on the accepting side. */
  accept(request: PacketHeader): void {
    this.#credit(request)
    this.#establish()
    this.#owe(Op.RESPONSE)
  }

  /** Drops all unread bytes. */
  discard(): void {
    if (this.readable === 0) return
    this.#received.clear()
    if (this.state === 'closed') this.onDrained()
  }

  /**
   * Closes one or both directions (`Shutdown`), after the bytes already written. Closing the receiving direction drops
   * unread bytes.
   */
  shutdown(how: number): void {
    if (this.state === 'closed' && how & Shutdown.RECEIVE) this.discard()
    if (this.state !== 'established' || (this.#localShutdown | how) === this.#localShutdown) return
    this.#localShutdown |= how
    if (how & Shutdown.RECEIVE) this.#received.clear()
    this.#owe(Op.SHUTDOWN)
    this.onChange()
  }

  /** Ends the connection at once, and sends RST to the peer if `tell` is true. */
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

  /** Sends the owed control packets; returns false if the ring is full. */
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
        // The peer has shut down both directions: it is closing, and waits for this RST.
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
      // It was in flight when this end stopped reading.
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

  #emit(operation: number, flags: number, payload: Uint8Array, isMoreToCome = false): boolean {
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
      isMoreToCome,
    )
    if (sent) {
      this.#lastAdvertised = this.#forwarded
      this.#owed &= ~(1 << Op.CREDIT_UPDATE)
    }
    return sent
  }
}
