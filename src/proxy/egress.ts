/** Carries the connections of enclaves to hosts of the network: what the rules allow, within limits, with a line of log each. */
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { EnclaveError } from '../base/error.ts'
import { type Dialled, dial, withDeadline } from './dial.ts'
import { busyAnswer, readRequest } from './front.ts'
import type { Names } from './names.ts'
import { readAddress } from './ranges.ts'
import { relay } from './relay.ts'
import { assertAsked, type Destination, hostAndPort, type Rules } from './rules.ts'

/** Milliseconds that a guest has to read why it was refused, and to close. */
const LINGER = 1000
/** The part of all connections that one enclave may have. */
const SHARE = 0.75
/** Stands for enclaves whose CID is not known. */
const UNKNOWN = -1

/** One connection, when it has ended. It has no payload. */
export interface AccessEntry {
  /** When it began, ISO 8601. */
  readonly time: string
  /** The vsock port of the parent instance. */
  readonly port: number
  /** The enclave's, if it is known. */
  readonly cid?: number | undefined
  readonly protocol: 'tcp' | 'connect' | 'socks5' | 'fetch' | 'publish'
  readonly destination?: string
  /** The address that was connected to. */
  readonly address?: string
  /** Why it was refused, or could not be made. */
  readonly code?: string
  readonly message?: string
  readonly bytesOut: number
  readonly bytesIn: number
  readonly milliseconds: number
  /** Why it ended. */
  readonly end: 'closed' | 'idle' | 'failed' | 'stopped' | 'refused'
}

/** What egress needs. */
export interface EgressParts {
  readonly rules: Rules
  readonly names: Names
  readonly maxConnections: number
  /** Milliseconds. */
  readonly connectTimeout: number
  readonly idleTimeout: number
  readonly log: (entry: AccessEntry) => void
}

/** A connection of an enclave. */
export interface Arrival {
  readonly guest: Duplex
  readonly port: number
  readonly cid?: number | undefined
  /** Where to; undefined if the guest says so itself. */
  readonly destination?: Destination | undefined
  /** What the manifest of the enclave's image lists; undefined if nothing is known of it. */
  readonly asked?: readonly string[] | undefined
  readonly guestClosed?: Promise<unknown> | undefined
}

/** Counts of all connections. */
export interface EgressCounts {
  open: number
  carried: number
  refused: number
  bytesOut: number
  bytesIn: number
}

export class Egress {
  readonly counts: EgressCounts = { open: 0, carried: 0, refused: 0, bytesOut: 0, bytesIn: 0 }
  readonly #ending = new AbortController()
  readonly #open = new Set<Promise<void>>()
  /** Where open connections lead, by what ends them. */
  readonly #relayed = new Map<AbortController, Destination & { readonly at: string }>()
  /** Open connections by CID. */
  readonly #ofEnclave = new Map<number, number>()
  readonly #parts: EgressParts

  constructor(parts: EgressParts) {
    this.#parts = parts
  }

  /** Carries one connection to its end. Never rejects. */
  async carry(arrival: Arrival): Promise<void> {
    // An error concerns only this connection, and what waits for it learns of it.
    arrival.guest.on('error', () => {})
    if (!this.#hasRoomFor(arrival.cid)) return this.#turnAway(arrival)
    const carried = this.#carry(arrival)
    this.#open.add(carried)
    this.#count(1, arrival.cid)
    await carried
    this.#count(-1, arrival.cid)
    this.#open.delete(carried)
  }

  /** One enclave gets no more than its share, so that there is something left for others. */
  #hasRoomFor(cid = UNKNOWN): boolean {
    const { maxConnections } = this.#parts
    const share = Math.ceil(maxConnections * SHARE)
    return this.counts.open < maxConnections && (this.#ofEnclave.get(cid) ?? 0) < share
  }

  #count(change: 1 | -1, cid = UNKNOWN): void {
    this.counts.open += change
    const open = (this.#ofEnclave.get(cid) ?? 0) + change
    if (open === 0) this.#ofEnclave.delete(cid)
    else this.#ofEnclave.set(cid, open)
  }

  /** Ends the open connections that `rules` do not allow. */
  endForbidden(rules: Rules): void {
    for (const [connection, { at, ...destination }] of this.#relayed) {
      const isAllowed =
        rules.forDestination(destination).isAllowed &&
        (readAddress(destination.address) !== undefined || rules.forResolved(at, destination.port).isAllowed)
      if (!isAllowed) connection.abort()
    }
  }

  /** Ends open connections; resolves when nothing is left of them. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.drained()
  }

  /** Resolves when no connection is open. */
  async drained(): Promise<void> {
    // Those that begin meanwhile are also waited for.
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  async #carry({ guest, port, cid, destination, asked, guestClosed }: Arrival): Promise<void> {
    const parts = this.#parts
    const [time, begin] = [new Date().toISOString(), performance.now()]
    const entry = { time, port, cid, protocol: 'tcp' as AccessEntry['protocol'], bytesOut: 0, bytesIn: 0 }
    let facts: Partial<AccessEntry> = {}
    let refuse: (error: EnclaveError) => void = () => {}
    try {
      let target = destination
      let accept = () => {}
      if (!target) {
        const request = await withDeadline(parts.connectTimeout, this.#ending.signal, (late) =>
          readRequest(guest, late),
        )
        entry.protocol = request.protocol
        target = request.destination
        accept = () => request.accept()
        refuse = (error) => request.refuse(error)
      }
      facts = { destination: hostAndPort(target) }
      if (asked) assertAsked(asked, target)
      const { socket, address }: Dialled = await dial(target, {
        ...parts,
        timeout: parts.connectTimeout,
        signal: this.#ending.signal,
      })
      facts = { ...facts, address }
      accept()
      const own = new AbortController()
      this.#relayed.set(own, { ...target, at: address })
      const signal = AbortSignal.any([this.#ending.signal, own.signal])
      const carried = await relay(guest, socket, { idle: parts.idleTimeout, signal, guestClosed })
      this.#relayed.delete(own)
      const { toHost, toGuest, end } = carried
      this.counts.carried += 1
      this.counts.bytesOut += toHost
      this.counts.bytesIn += toGuest
      this.#log({ ...entry, ...facts, bytesOut: toHost, bytesIn: toGuest, milliseconds: since(begin), end })
    } catch (error) {
      const known = error instanceof EnclaveError ? error : undefined
      if (known) refuse(known)
      await this.#part(guest)
      this.counts.refused += 1
      const { code, message } = known ?? { code: 'E_PROXY_CONNECT', message: String(error) }
      this.#log({ ...entry, ...facts, code, message, milliseconds: since(begin), end: 'refused' })
    }
  }

  /** Ends the connection of a guest, which may read its answer for a moment: a reset would take it away. */
  async #part(guest: Duplex): Promise<void> {
    if (guest.writableEnded && !guest.closed) {
      guest.resume()
      await withDeadline(LINGER, this.#ending.signal, (late) => once(guest, 'close', { signal: late })).catch(
        () => {},
      )
    }
    guest.destroy()
  }

  #turnAway({ guest, port, cid, destination }: Arrival): void {
    const error = busy(this.#parts.maxConnections)
    const { code, message } = error
    // Most speak HTTP, and what they have sent does not matter.
    if (destination) guest.destroy()
    else {
      guest.end(busyAnswer(error))
      void this.#part(guest)
    }
    this.counts.refused += 1
    const entry = {
      time: new Date().toISOString(),
      port,
      cid,
      protocol: 'tcp' as const,
      bytesOut: 0,
      bytesIn: 0,
    }
    this.#log({ ...entry, code, message, milliseconds: 0, end: 'refused' })
  }

  /** A log that throws concerns no connection. */
  #log(entry: AccessEntry): void {
    try {
      this.#parts.log(entry)
    } catch {}
  }
}

const since = (begin: number) => Math.round(performance.now() - begin)

function busy(most: number): EnclaveError {
  return new EnclaveError('E_PROXY_BUSY', {
    what: 'the proxy has too many connections, of all enclaves or of this one',
    expected: `at most ${most}, and ${Math.ceil(most * SHARE)} of one enclave`,
    hint: 'close connections that are not used',
  })
}
