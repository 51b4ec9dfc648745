/** Options of `shareSecrets`. */
import { EnclaveError } from '../base/error.ts'
import type { Stream } from './line.ts'
import { ASK_PORT, HOLD_PORT } from './wire/frames.ts'

/** Connects to the carrier of another machine, whose `answer` gets the other end. */
export type Peer = () => Stream | Promise<Stream>

/** Options of `shareSecrets`. */
export interface ShareOptions {
  /** The port of this parent on which its enclaves ask. @default 9002 */
  readonly port?: number
  /** The port of its enclaves on which they give the secret. @default 9003 */
  readonly holdPort?: number
  /** The carriers of other machines. Default: none. */
  readonly peers?: readonly Peer[]
  /**
   * Whether an enclave of this machine may create the secret. Only one machine may have `true`, or there can be two secrets.
   * It creates one only once each of its peers has said that it has none. Default: whether there are no peers.
   */
  readonly creates?: boolean
  /** Milliseconds for each message of an exchange. @default 30000 */
  readonly timeout?: number
  /** Milliseconds that an enclave may take to create the secret, while others wait. @default 60000 */
  readonly createTimeout?: number
  /** Connections of other machines at a time; more are closed. @default 16 */
  readonly maxConnections?: number
}

export type CheckedOptions = Required<ShareOptions>

/** The least and the largest value of each number. */
const LIMITS = {
  port: [0, 0xfffffffe],
  holdPort: [0, 0xfffffffe],
  timeout: [1, 86_400_000],
  createTimeout: [1, 86_400_000],
  maxConnections: [1, 65_536],
} as const

const DEFAULTS = {
  port: ASK_PORT,
  holdPort: HOLD_PORT,
  timeout: 30_000,
  createTimeout: 60_000,
  maxConnections: 16,
}

/** @throws {EnclaveError} E_SHARED_OPTION */
export function checkOptions(given: ShareOptions): CheckedOptions {
  if (typeof given !== 'object' || given === null) throw invalid('the options', 'an object', typeof given)
  const known = [...Object.keys(DEFAULTS), 'peers', 'creates']
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown !== undefined) throw invalid('an option', known.join(', '), unknown.slice(0, 80))
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const { peers = [], creates, ...numbers }: ShareOptions = set
  if (!Array.isArray(peers) || peers.some((peer) => typeof peer !== 'function'))
    throw invalid('peers', 'a list of functions that connect', 'another')
  if (creates !== undefined && typeof creates !== 'boolean')
    throw invalid('creates', 'true or false', typeof creates)
  const options = { ...DEFAULTS, ...numbers, peers: [...peers], creates: creates ?? peers.length === 0 }
  for (const [name, [least, most]] of Object.entries(LIMITS)) {
    const value: unknown = options[name as keyof typeof LIMITS]
    if (!(Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most))
      throw invalid(name, `an integer from ${least} to ${most}`, String(value))
  }
  return options
}

function invalid(name: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_SHARED_OPTION', {
    what: `invalid option of shareSecrets: ${name}`,
    expected,
    got,
  })
}
