/**
 * A service of NATS, as its tools know it (NATS ADR-32): answers PING, INFO and STATS for each of its instances. Each
 * enclave of a fleet is an instance, because each has a key of its own.
 */
import type { Bus, BusMessage } from './bus.ts'
import type { Counts } from './bus-server.ts'
import { refusedByBus } from './failures.ts'

/** What an instance says of itself. Nobody may trust it: only its attestation document proves anything. */
export interface InstanceDescription {
  readonly name: string
  readonly id: string
  readonly version: string
  readonly description: string
  readonly metadata: Readonly<Record<string, string>>
  /** Where any instance is reached, and where this one is. */
  readonly subject: string
  readonly direct: string
}

/** The group in which each request gets to one instance only. */
export const QUEUE = 'q'
const TYPES = 'io.nats.micro.v1'

/** A running instance. */
export interface Instance {
  /** Takes no more requests; resolves once those that were sent before have been taken. */
  end(): Promise<void>
  /** Resolves once the bus has all subscriptions. @throws {EnclaveError} E_FLEET_PERMISSION if it refuses one */
  ready(): Promise<void>
}

/** Registers an instance: `take` gets the requests. */
export function register(
  bus: Bus,
  description: InstanceDescription,
  counts: Counts,
  take: (message: BusMessage) => void,
): Instance {
  const { name, id, version, metadata, subject, direct } = description
  const started = new Date().toISOString()
  const base = { name, id, version, metadata }
  const endpoint = { name: 'enclave', subject, queue_group: QUEUE }
  const answers: Record<string, () => object> = {
    PING: () => ({ ...base, type: `${TYPES}.ping_response` }),
    INFO: () => ({
      ...base,
      type: `${TYPES}.info_response`,
      description: description.description,
      endpoints: [{ ...endpoint, metadata: { direct } }],
    }),
    STATS: () => ({
      ...base,
      type: `${TYPES}.stats_response`,
      started,
      endpoints: [{ ...endpoint, ...statsOf(counts) }],
    }),
  }
  let refusal: Error | undefined
  const subscriptions = Object.entries(answers).flatMap(([verb, answer]) =>
    ['', `.${name}`, `.${name}.${id}`].map((of) =>
      bus.subscribe(`$SRV.${verb}${of}`, {
        callback: (error, message) => {
          if (error) refusal = error
          else if (message.reply !== undefined) publish(bus, message.reply, JSON.stringify(answer()))
        },
      }),
    ),
  )
  const callback = (error: Error | null, message: BusMessage) => {
    if (error) refusal = error
    else take(message)
  }
  subscriptions.push(bus.subscribe(subject, { queue: QUEUE, callback }), bus.subscribe(direct, { callback }))
  return {
    async ready() {
      await bus.flush()
      if (refusal) throw refusedByBus(refusal)
    },
    async end() {
      // One that is dropped between the server and its handler would be missed by its sender only after a long time.
      if (!bus.isClosed()) await Promise.allSettled(subscriptions.map((subscription) => subscription.drain()))
    },
  }
}

/** What a callback throws would stop the whole connection (findings/nats-callback-throws.sh). */
function publish(bus: Bus, subject: string, text: string): void {
  try {
    bus.publish(subject, text)
  } catch {
    // It is closed, or is being closed: nobody hears it.
  }
}

function statsOf({ requests, errors, lastError, time }: Counts): object {
  const nanoseconds = Math.round(time * 1e6)
  return {
    num_requests: requests,
    num_errors: errors,
    last_error: lastError,
    processing_time: nanoseconds,
    average_processing_time: requests === 0 ? 0 : Math.round(nanoseconds / requests),
  }
}
