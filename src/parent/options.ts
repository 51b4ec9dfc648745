/** Options of a parent instance and of a start. */
import { toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import { unknownOption } from '../base/unknown-option.ts'
import type { ComponentStore } from '../hypervisor/components.ts'
import type { EnclavePlace } from '../hypervisor/host.ts'
import type { Isolation } from '../hypervisor/start-host.ts'
import type { Faults } from '../vsock/faults.ts'
import type { TraceOptions } from '../vsock/trace.ts'
import { asObject, invalidOption, unknownName } from './arguments.ts'
import type { PortResolver } from './listeners.ts'
import type { RootOption } from './root.ts'
import type { Random, Surroundings } from './surroundings.ts'

/** Options of `createParent`. */
export interface ParentOptions {
  /** Total number of vCPUs for its enclaves. */
  vcpus: number
  /** Total memory for its enclaves, MiB. */
  memoryMiB: number
  /** Which cloud's documents, PCRs and limits apply. @default 'qingtian' */
  profile?: ProfileName
  /** Its id, which PCR4 measures. @default a random UUID */
  instanceId?: string
  /** Whether to enforce the cloud's own minimums and limits. @default false */
  strict?: boolean
  /** Its IAM agency (Nitro: role), which PCR3 measures. @default none: PCR3 is zero */
  agency?: string
  /**
   * The root of its enclaves' documents: `'persistent'` for the one that is stored between runs (in Node in a private
   * file of this user, in a tab as a non-extractable key of this origin), or a root from `createRoot` or `importRoot`.
   * @default a new one, in memory
   */
  root?: RootOption
  /** Provides handlers for connections to ports without a listener. @default they are refused */
  resolvePort?: PortResolver
}

/** Options of `Parent.open`. Not for users. */
export interface OpenOptions extends ParentOptions {
  surroundings?: Surroundings
}

/** Options of `Parent.prepare`. */
export interface PrepareOptions {
  /** The total memory of the enclaves, MiB. */
  memoryMiB: number
}

/** Options of `Parent.start`. */
export interface StartOptions {
  vcpus: number
  /** The total memory of the enclave, MiB: its memories, tables, instances and receive buffers. */
  memoryMiB: number
  /** 4 to 4294967294. @default the lowest free one */
  cid?: number
  /** Debug mode: the console can be read, and the PCRs prove nothing. @default false */
  debug?: boolean
  /**
   * `worker`: a Worker of this process. `process`: a separate process, under Node's permission model and limits of the
   * operating system, so that a guest that crashes its host affects nothing else; Node only. @default 'worker'
   */
  isolation?: Isolation
  /** Milliseconds within which the program must run. @default 20000 */
  startTimeout?: number
  /** Maximum run time of the program in milliseconds. @default unlimited */
  runTimeout?: number
  /** Maximum CPU time of the program in milliseconds. @default unlimited */
  cpuLimit?: number
  /** Allows a microsecond clock for an image whose manifest requests it. @default false */
  fineClock?: boolean
  /** Records the most recent packets between it and its parent: `enclave.trace`. @default nothing is recorded */
  trace?: TraceOptions
  /** Faults to inject into its link, for tests and teaching. @default none */
  faults?: Faults
  /** Aborts the start. */
  signal?: AbortSignal | undefined
}

/** Additional options of a keeper, which prepares a start in advance. Not for users. */
export interface KeeperStartOptions extends StartOptions {
  /** The process in which the enclave runs (`openPlace`), if the isolation is `process`. @default a new one */
  place?: EnclavePlace
  /** The store for prepared components between runs. @default in memory only */
  componentStore?: ComponentStore
}

const PARENT_NAMES = {
  ...{ vcpus: true, memoryMiB: true, profile: true, instanceId: true, strict: true },
  ...{ agency: true, root: true, resolvePort: true },
} satisfies Record<keyof ParentOptions, true>
const START_NAMES = {
  ...{ vcpus: true, memoryMiB: true, cid: true, debug: true, isolation: true, startTimeout: true },
  ...{ runTimeout: true, cpuLimit: true, fineClock: true, trace: true, faults: true, signal: true },
} satisfies Record<keyof StartOptions, true>
/** Only for other rooms of webclave. */
const INNER_NAMES = { surroundings: true, place: true, componentStore: true } as const

/** @throws {EnclaveError} E_PARENT_OPTION */
export function checkParent(options: OpenOptions): void {
  checkNames('the options of a parent instance', options, PARENT_NAMES)
}

/** @throws {EnclaveError} E_PARENT_OPTION */
export function checkStart(options: KeeperStartOptions): void {
  checkNames('the options of a start', options, START_NAMES)
  const { isolation = 'worker', faults } = options
  if (faults !== undefined && typeof (faults as Partial<Faults> | null)?.cut !== 'function')
    throw invalidOption('the faults are not a Faults', 'new Faults()', faults)
  if (isolation !== 'worker' && isolation !== 'process')
    throw new EnclaveError('E_PARENT_OPTION', {
      what: 'unknown isolation',
      expected: "'worker' or 'process'",
      got: String(isolation),
    })
}

function checkNames(what: string, options: unknown, names: Readonly<Record<string, true>>): void {
  const unknown = unknownOption(asObject(what, options), { ...names, ...INNER_NAMES })
  if (unknown !== undefined) throw unknownName(what, Object.keys(names), unknown)
}

/** Validates the name of a profile. @throws {EnclaveError} E_PARENT_OPTION for any other. */
export function checkProfile(profile: string): ProfileName {
  if (profile === 'qingtian' || profile === 'nitro') return profile
  throw new EnclaveError('E_PARENT_OPTION', {
    what: 'unknown profile',
    expected: "'qingtian' or 'nitro'",
    got: String(profile),
  })
}

/** Makes an instance id in the format of the profile's cloud. */
export function newInstanceId(profile: ProfileName): string {
  if (profile === 'qingtian') return crypto.randomUUID()
  return `i-0${toHex(crypto.getRandomValues(new Uint8Array(8)))}`
}

/** Makes the id of an enclave's module in the format of the profile's cloud. */
export function newModuleId(profile: ProfileName, instanceId: string, random?: Random): string {
  const id = toHex(random?.(8) ?? crypto.getRandomValues(new Uint8Array(8)))
  return profile === 'nitro' ? `${instanceId}-enc${id}` : `${instanceId}.enc-${id}`
}
