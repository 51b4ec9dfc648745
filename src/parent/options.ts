/** What a parent instance and an enclave can be told when they are made. */
import { toHex } from '../base/bytes.ts'
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import type { ComponentStore } from '../hypervisor/components.ts'
import type { Isolation } from '../hypervisor/enclave-process.ts'
import type { EnclavePlace } from '../hypervisor/host.ts'
import type { Faults } from '../vsock/faults.ts'
import type { TraceOptions } from '../vsock/trace.ts'
import type { PortResolver } from './listeners.ts'
import type { RootOption } from './root.ts'

/** What a parent instance is made with. */
export interface ParentOptions {
  /** vCPUs that its enclaves may have together. */
  vcpus: number
  /** Memory that its enclaves may have together, MiB. */
  memoryMiB: number
  /** Whose documents, PCRs and limits. @default 'qingtian' */
  profile?: ProfileName
  /** Its id, which PCR4 measures. @default a random UUID */
  instanceId?: string
  /** Whether the cloud's own floors and limits hold. @default false */
  strict?: boolean
  /** Its IAM agency (Nitro: role), which PCR3 measures. @default none: PCR3 is zero */
  agency?: string
  /**
   * The root of its enclaves' documents: `'persistent'` for the one that is kept between runs (Node: a private file of
   * this user; a tab: a key of this origin that nothing can read out), or one of `createRoot` or `importRoot`.
   * @default a new one, in memory
   */
  root?: RootOption
  /** Serves its enclaves' connections to ports on which nobody listens. @default they are refused */
  resolvePort?: PortResolver
}

/** How an enclave is started. */
export interface StartOptions {
  vcpus: number
  /** All that the enclave may take: its memories, tables and rings. MiB. */
  memoryMiB: number
  /** 4 to 4294967294. @default the lowest that is free */
  cid?: number
  /** Debug mode: the console can be read, and the PCRs prove nothing. @default false */
  debug?: boolean
  /**
   * `worker`: a Worker of this process. `process`: a process of its own, under Node's permission model and the operating
   * system's limits, so that a guest that brings its host down takes nothing else along. Node only. @default 'worker'
   */
  isolation?: Isolation
  /** Milliseconds until the program must run. @default 20000 */
  startTimeout?: number
  /** Milliseconds that the program may run. @default without end */
  runTimeout?: number
  /** Milliseconds that the program may spend otherwise than waiting. @default without end */
  cpuLimit?: number
  /** Grants a clock of microseconds to an image whose manifest asks for it. @default false */
  fineClock?: boolean
  /** Records the newest packets between it and its parent: `enclave.trace`. @default none is recorded */
  trace?: TraceOptions
  /** What its link is to suffer, for tests and for teaching. @default none */
  faults?: Faults
  /** Gives the start up. */
  signal?: AbortSignal
}

/** What a keeper gives beside that: it has begun before its parent instance is asked. Not for users. */
export interface KeeperStartOptions extends StartOptions {
  /** The process that the enclave runs in (`openPlace`), where the isolation is `process`. @default one is made */
  place?: EnclavePlace
  /** Where components that are ready to run are kept between runs. @default in memory only */
  componentStore?: ComponentStore
}

/** The profile's name as it was given. @throws {EnclaveError} E_PARENT_OPTION for any other. */
export function checkProfile(profile: string): ProfileName {
  if (profile === 'qingtian' || profile === 'nitro') return profile
  throw new EnclaveError('E_PARENT_OPTION', {
    what: 'no such profile',
    expected: "'qingtian' or 'nitro'",
    got: String(profile),
  })
}

/** An instance id such as the profile's cloud gives. */
export function newInstanceId(profile: ProfileName): string {
  if (profile === 'qingtian') return crypto.randomUUID()
  return `i-0${toHex(crypto.getRandomValues(new Uint8Array(8)))}`
}
