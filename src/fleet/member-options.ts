/** Options of a member of a fleet, and their checks. */
import type { Isolation } from '../parent/index.ts'
import type { Parent } from '../parent/parent.ts'
import { invalid, type NatsOption } from './bus.ts'

/** Options of `joinFleet`. */
export interface MemberOptions {
  /** An open connection of `@nats-io/transport-node` (or another of NATS's), or the servers to connect to. */
  readonly nats: NatsOption
  /** The name of the fleet, which is the subject and the name of the service: letters, digits, `-` and `_`. */
  readonly name: string
  /** Number of enclaves. @default 1 */
  readonly size?: number
  /** vCPUs of each enclave. @default 1 */
  readonly vcpus?: number
  /** Memory of each enclave, MiB. @default 64 */
  readonly memoryMiB?: number
  /** The vsock port of `serveHttp`. @default 8080 */
  readonly port?: number
  /** Requests that an enclave gets at the same time; more are refused, and go to another. @default 64 */
  readonly concurrency?: number
  /** Milliseconds within which an enclave must prove its key. @default 30000 */
  readonly startTimeout?: number
  /** Milliseconds that requests have to end when the member leaves; then they fail. @default 60000 */
  readonly leaveTimeout?: number
  /** @default 'worker' */
  readonly isolation?: Isolation
  /** The version that NATS's tools show, as of semantic versioning. @default '1.0.0' */
  readonly version?: string
  /** The parent instance that starts the enclaves, which the member does not close. @default one of its own */
  readonly parent?: Parent
  /** Is told what happens: `started`, `ended` with the reason, `failed`. What it throws is ignored. */
  readonly onEvent?: (event: MemberEvent) => void
}

/** Something that happened to an enclave of a member. */
export interface MemberEvent {
  readonly kind: 'started' | 'ended' | 'failed'
  /** The instance's name on the bus; empty if it did not start. */
  readonly id: string
  readonly reason?: string
}

export type CheckedMemberOptions = Required<Omit<MemberOptions, 'parent' | 'nats' | 'onEvent'>>

const DEFAULTS = {
  size: 1,
  vcpus: 1,
  memoryMiB: 64,
  port: 8080,
  concurrency: 64,
  startTimeout: 30_000,
  leaveTimeout: 60_000,
  isolation: 'worker',
  version: '1.0.0',
} as const
const NUMBERS = ['size', 'vcpus', 'memoryMiB', 'port', 'concurrency', 'startTimeout', 'leaveTimeout'] as const
/** Enclaves of a member, at most. */
const MOST = 1024
const NAME = /^[A-Za-z0-9_-]{1,64}$/
const VERSION = /^\d+\.\d+\.\d+[0-9A-Za-z.+-]{0,40}$/

/** The name of a fleet. @throws {EnclaveError} E_FLEET_OPTION */
export function nameOf(name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name
  throw invalid('name', '1 to 64 letters, digits, - and _', String(name))
}

/** @throws {EnclaveError} E_FLEET_OPTION */
export function checkMemberOptions({
  parent: _,
  nats: __,
  onEvent,
  ...given
}: MemberOptions): CheckedMemberOptions {
  const known = new Set<string>(['name', ...Object.keys(DEFAULTS)])
  for (const name of Object.keys(given))
    if (!known.has(name))
      throw invalid(name, `one of ${[...known, 'nats', 'parent', 'onEvent'].join(', ')}`, name)
  if (onEvent !== undefined && typeof onEvent !== 'function')
    throw invalid('onEvent', 'a function', String(onEvent))
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const options = { ...DEFAULTS, ...set } as CheckedMemberOptions
  for (const name of NUMBERS) {
    const value = options[name]
    const least = name === 'port' ? 0 : 1
    const isTooMany = name === 'size' && value > MOST
    if (!(Number.isSafeInteger(value) && value >= least) || isTooMany)
      throw invalid(
        name,
        `an integer of ${least} or more${isTooMany ? `, at most ${MOST}` : ''}`,
        String(value),
      )
  }
  if (options.isolation !== 'worker' && options.isolation !== 'process')
    throw invalid('isolation', "'worker' or 'process'", String(options.isolation))
  if (!VERSION.test(options.version))
    throw invalid('version', 'a version such as 1.0.0', String(options.version))
  nameOf(options.name)
  return options
}
