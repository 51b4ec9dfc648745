/** Connects to a destination, if the rules allow it: to an address that has been checked, not to whatever a name means later. */
import { connect, type Socket } from 'node:net'
import { EnclaveError } from '../base/error.ts'
import { type Names, noAddress } from './names.ts'
import { readAddress } from './ranges.ts'
import { assertAllowed, assertDestination, type Destination, normalName, type Rules } from './rules.ts'

/** The error of a connection that was given up. */
const ABORTED = 'aborted'

/** With what to connect. */
export interface DialOptions {
  readonly rules: Rules
  readonly names: Names
  /** Milliseconds for all of it. */
  readonly timeout: number
  readonly signal: AbortSignal
}

/** A connection, and the address that was checked. */
export interface Dialled {
  readonly socket: Socket
  readonly address: string
}

/**
 * @throws {EnclaveError} E_PROXY_DESTINATION for what is not a host and port, E_PROXY_NOT_ALLOWED with the rule,
 *   E_PROXY_NAME, E_PROXY_CONNECT.
 */
export async function dial(destination: Destination, options: DialOptions): Promise<Dialled> {
  assertDestination(destination)
  const { rules, timeout, signal } = options
  assertAllowed(rules.forDestination(destination), destination)
  const ip = readAddress(destination.address)
  return withDeadline(timeout, signal, (late) => dialAny(destination, ip, late, options))
}

/** Calls `act` with a signal that is aborted after `timeout` milliseconds, or with `signal`. */
export async function withDeadline<Result>(
  timeout: number,
  signal: AbortSignal,
  act: (late: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), timeout)
  try {
    return await act(AbortSignal.any([signal, deadline.signal]))
  } finally {
    clearTimeout(timer)
  }
}

async function dialAny(
  destination: Destination,
  ip: string | undefined,
  late: AbortSignal,
  { rules, names, timeout }: DialOptions,
): Promise<Dialled> {
  const { port } = destination
  const addresses = ip === undefined ? await resolved(names, normalName(destination.address), late) : [ip]
  let failure: unknown
  for (const address of addresses) {
    const verdict = ip === undefined ? rules.forResolved(address, port) : undefined
    try {
      if (verdict) assertAllowed(verdict, destination)
    } catch (error) {
      failure = error
      continue
    }
    try {
      // One that does not answer leaves time for the others.
      const open = (own: AbortSignal) => opened(address, port, own)
      return { socket: await withDeadline(timeout / addresses.length, late, open), address }
    } catch (error) {
      failure = connectFailed(
        destination,
        address,
        error instanceof Error && error.message === ABORTED ? 'timeout' : error,
      )
    }
    if (late.aborted) break
  }
  throw failure
}

/** Waits for a name server no longer than for a host. @throws {EnclaveError} E_PROXY_NAME */
function resolved(names: Names, name: string, late: AbortSignal): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const give = () => reject(noAddress(name, 'no answer in time'))
    if (late.aborted) return give()
    late.addEventListener('abort', give)
    const done = () => late.removeEventListener('abort', give)
    names.resolve(name).then(resolve, reject).finally(done)
  })
}

function connectFailed({ port }: Destination, address: string, cause: unknown): EnclaveError {
  const got =
    cause === 'timeout' ? 'no answer in time' : ((cause as NodeJS.ErrnoException).code ?? String(cause))
  return new EnclaveError('E_PROXY_CONNECT', { what: `cannot connect to ${address}, ${port}`, got, cause })
}

function opened(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true })
    const abort = () => socket.destroy(new Error(ABORTED))
    const settle = (act: () => void) => {
      signal.removeEventListener('abort', abort)
      act()
    }
    socket.once('connect', () => settle(() => resolve(socket)))
    // For as long as it is open: an error concerns only this connection.
    socket.on('error', (error) => settle(() => reject(error)))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
  })
}
