/**
 * What a fleet needs of NATS: the part of `NatsConnection` of `@nats-io/nats-core` that it uses. The bus is not trusted:
 * it may drop, repeat, change and invent messages.
 */
import { EnclaveError } from '../base/error.ts'
import { LEAST_PAYLOAD } from './wire/part.ts'

/** A message of the bus. */
export interface BusMessage {
  readonly subject: string
  readonly data: Uint8Array
  readonly reply?: string
  /** `code` is 503 if nobody listened. */
  readonly headers?: { readonly code: number }
}

/** A subscription. */
export interface BusSubscription {
  unsubscribe(): void
  /** Ends it once what the server has sent before has been handled. */
  drain(): Promise<void>
}

/** Something that happens to a connection; an `error` is one that the server tells. */
export interface BusStatus {
  readonly type: string
  readonly error?: Error
}

/** A connection to NATS. */
export interface Bus {
  readonly info?: { readonly max_payload: number }
  publish(subject: string, payload?: Uint8Array | string, options?: { reply?: string }): void
  subscribe(
    subject: string,
    options: { queue?: string; callback(error: Error | null, message: BusMessage): void },
  ): BusSubscription
  flush(): Promise<void>
  /** What happens to it, from now on. Without it, a publication that the server refuses is noticed only later. */
  status?(): AsyncIterable<BusStatus> & { stop?(): void }
  isClosed(): boolean
  /** Resolves when the connection is closed for good. */
  closed(): Promise<unknown>
  close(): Promise<void>
}

/** An open connection, or where to open one: servers as NATS's clients name them, such as `nats://localhost:4222`. */
export type NatsOption = Bus | string | readonly string[]

/** A connection, and whether it was opened for this use, and so is closed with it. */
export interface OpenBus {
  readonly bus: Bus
  readonly isOwn: boolean
}

/** The status of NATS for a message to a subject on which nobody listens. */
const NO_RESPONDERS = 503

export const nobodyListens = ({ headers, data }: BusMessage): boolean =>
  headers?.code === NO_RESPONDERS && data.length === 0

/**
 * @throws {EnclaveError} E_FLEET_PACKAGE without `@nats-io/transport-node`; E_FLEET_UNREACHED if no server can be reached;
 *   E_FLEET_OPTION.
 */
export async function openBus(nats: NatsOption): Promise<OpenBus> {
  if (typeof nats === 'object' && !Array.isArray(nats)) {
    if (nats !== null && typeof (nats as Bus).publish === 'function')
      return { bus: usable(nats as Bus), isOwn: false }
    throw invalid('nats', 'a connection of NATS, or its servers', Object.prototype.toString.call(nats))
  }
  const servers = typeof nats === 'string' ? nats.split(',') : [...((nats ?? []) as readonly string[])]
  if (servers.length === 0) throw invalid('nats', 'a connection of NATS, or its servers', String(nats))
  const bus = await connectTo(servers)
  try {
    return { bus: usable(bus), isOwn: true }
  } catch (error) {
    await bus.close()
    throw error
  }
}

async function connectTo(servers: readonly string[]): Promise<Bus> {
  const { connect } = await load()
  const options = { ...credentialsOf(servers), name: 'webclave', maxReconnectAttempts: -1 }
  try {
    return (await connect(options)) as unknown as Bus
  } catch (cause) {
    throw new EnclaveError('E_FLEET_UNREACHED', {
      what: 'the bus cannot be reached',
      expected: 'a NATS server',
      got: cause instanceof Error ? cause.message : String(cause),
      hint: 'nothing was begun',
      cause,
    })
  }
}

/** @throws {EnclaveError} E_FLEET_UNREACHED if it is closed; E_FLEET_OPTION if its messages are too small. */
function usable(bus: Bus): Bus {
  if (bus.isClosed())
    throw new EnclaveError('E_FLEET_UNREACHED', {
      what: 'the connection to the bus is closed',
      hint: 'nothing was begun: open another one',
    })
  const most = bus.info?.max_payload
  if (most === undefined || most >= LEAST_PAYLOAD) return bus
  throw new EnclaveError('E_FLEET_OPTION', {
    what: 'the messages of the bus are too small',
    expected: `max_payload of ${LEAST_PAYLOAD} bytes or more in the configuration of the NATS server`,
    got: `${most} bytes`,
  })
}

/** The servers and the user or token of the first that has one: NATS's client leaves out what a URL says of it (3.4.0). */
function credentialsOf(servers: readonly string[]): {
  servers: string[]
  user?: string
  pass?: string
  token?: string
} {
  const urls = servers.map((server) => URL.parse(server.includes('://') ? server : `nats://${server}`))
  const bare = servers.map((server, at) => (urls[at]?.username ? server.replace(/\/\/[^/]*@/, '//') : server))
  const named = urls.find((url) => url?.username)
  if (!named) return { servers: bare }
  const [user, pass] = [decodeURIComponent(named.username), decodeURIComponent(named.password)]
  return pass === '' ? { servers: bare, token: user } : { servers: bare, user, pass }
}

async function load(): Promise<typeof import('@nats-io/transport-node')> {
  try {
    return await import('@nats-io/transport-node')
  } catch (cause) {
    throw new EnclaveError('E_FLEET_PACKAGE', {
      what: 'a package that a fleet needs is not installed',
      expected: '@nats-io/transport-node',
      hint: 'npm install @nats-io/transport-node',
      cause,
    })
  }
}

/** The error for an option. */
export function invalid(name: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_FLEET_OPTION', {
    what: `the option ${name} of a fleet is invalid`,
    expected,
    got: got.slice(0, 80),
  })
}
