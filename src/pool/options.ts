/** Options of a pool. */
import { EnclaveError } from '../base/error.ts'
import { typeName } from '../base/type-name.ts'
import type { Isolation } from '../parent/index.ts'
import type { Parent } from '../parent/parent.ts'

/** Options of `createPool`. */
export interface PoolOptions {
  /** Number of enclaves; one more while one is being replaced. */
  readonly size: number
  /** vCPUs of each enclave. @default 1 */
  readonly vcpus?: number
  /** Memory of each enclave, MiB. @default 64 */
  readonly memoryMiB?: number
  /** The port of the service; without one, a port on which the application listens. @default 5000 */
  readonly port?: number
  /**
   * Whether the application calls `serve`. If not, the pool gives connections only, and an enclave is ready when it listens on
   * `port`: 8080 if it calls `serveHttp`. @default true
   */
  readonly service?: boolean
  /** Calls and connections that an enclave gets at the same time. @default 64 */
  readonly concurrency?: number
  /** Calls and connections that may wait for an enclave; more are refused. @default 1024 */
  readonly maxQueue?: number
  /** Calls and connections after which an enclave is replaced. @default never */
  readonly recycleAfter?: number
  /** @default 'worker' */
  readonly isolation?: Isolation
  /** Milliseconds within which an enclave must start and listen. @default 20000 */
  readonly startTimeout?: number
  /** The parent instance that starts the enclaves, which the pool does not close. @default one of its own */
  readonly parent?: Parent
}

/** All options, checked. */
export type CheckedOptions = Required<Omit<PoolOptions, 'parent' | 'recycleAfter'>> & {
  readonly recycleAfter: number
}

const DEFAULTS = {
  vcpus: 1,
  memoryMiB: 64,
  port: 5000,
  service: true,
  concurrency: 64,
  maxQueue: 1024,
  recycleAfter: Number.POSITIVE_INFINITY,
  isolation: 'worker',
  startTimeout: 20_000,
} as const

/** The least value of each number. */
const LEAST: Readonly<Record<string, number>> = {
  size: 1,
  vcpus: 1,
  memoryMiB: 1,
  port: 0,
  concurrency: 1,
  maxQueue: 0,
  recycleAfter: 1,
  startTimeout: 1,
}

/** @throws {EnclaveError} E_POOL_OPTION */
export function checkOptions(all: PoolOptions): CheckedOptions {
  if (typeof all !== 'object' || all === null)
    throw invalid('size', 'an object of options with size', typeName(all))
  const { parent: _, ...given } = all
  const known = new Set(['size', ...Object.keys(DEFAULTS)])
  for (const name of Object.keys(given))
    if (!known.has(name)) throw invalid(name, `one of ${[...known, 'parent'].join(', ')}`, name)
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const options = { ...DEFAULTS, ...set } as CheckedOptions
  for (const [name, least] of Object.entries(LEAST)) {
    const value = options[name as 'size']
    const isEndless = name === 'recycleAfter' && value === Number.POSITIVE_INFINITY
    if (!isEndless && !(Number.isSafeInteger(value) && value >= least))
      throw invalid(name, `an integer of ${least} or more`, shown(value))
  }
  const { isolation, service } = options
  if (typeof service !== 'boolean') throw invalid('service', 'true or false', String(service))
  if (isolation !== 'worker' && isolation !== 'process')
    throw invalid('isolation', "'worker' or 'process'", String(isolation))
  return options
}

/** @throws {EnclaveError} E_POOL_OPTION if the parent has less in total than the pool needs. */
export function assertCapacity(
  { size, vcpus, memoryMiB }: CheckedOptions,
  parent: Pick<Parent, 'vcpus' | 'memoryMiB'>,
): void {
  if (size * vcpus <= parent.vcpus && size * memoryMiB <= parent.memoryMiB) return
  throw new EnclaveError('E_POOL_OPTION', {
    what: 'the parent instance has less than the pool needs',
    expected: `${size * vcpus} vCPUs and ${size * memoryMiB} MiB`,
    got: `${parent.vcpus} vCPUs and ${parent.memoryMiB} MiB`,
  })
}

const shown = (value: unknown) => (typeof value === 'number' ? String(value) : typeName(value))

function invalid(name: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_POOL_OPTION', { what: `the option ${name} of a pool is invalid`, expected, got })
}
