/**
 * A parent instance for tests, whose enclaves are real: their images run in Workers or processes. What differs from one
 * run to the next is fixed: the wall clock, the random values, ids and all keys. Fit for nothing but tests.
 */
import { Issuer } from '../attestation/issue/issuer.ts'
import type { ProfileName } from '../base/profile.ts'
import { asObject, invalidOption } from '../parent/arguments.ts'
import { checkProfile, type ParentOptions } from '../parent/options.ts'
import { Parent } from '../parent/parent.ts'
import { seededBytes, seededRandom } from './seeded.ts'
import { seededKeys, testRoot } from './test-keys.ts'

/** Options of `createTestParent`. */
export interface TestParentOptions extends Omit<ParentOptions, 'vcpus' | 'memoryMiB' | 'root'> {
  /** @default 4 */
  vcpus?: number
  /** @default 1024 */
  memoryMiB?: number
  /**
   * Where the clock stands: that of documents and certificates, and the wall clock of its enclaves. From 1991 to 2188.
   * @default 2026-01-01T00:00:00Z
   */
  now?: Date | number
  /** What all random values are made of. @default 'webclave' */
  seed?: string
}

const DEFAULT_NOW = Date.UTC(2026, 0)
const DEFAULT_SEED = 'webclave'
const REGION = { region: 'local-1', host: 'host001' }
const EARLIEST = Date.UTC(1991, 0)
const LATEST = Date.UTC(2189, 0) - 1

/**
 * Creates a parent instance for tests: with the same options, the same images, and the same starts in the same order, all
 * ids, keys, certificates and attestation documents of its enclaves are the same, byte for byte, and so are the wall
 * clock and the random values of the enclaves themselves. Timers and `performance.now()` go on.
 *
 * Never use it for anything else: everybody knows its keys. `verifyAttestation` refuses its root without
 * `allowTestRoot: true`.
 *
 * @throws {EnclaveError} E_PARENT_OPTION, E_CERTIFICATE_NAME.
 * @example
 * await using parent = await createTestParent({ now: new Date('2026-06-01'), seed: 'a' })
 * parent.instanceId // '820ffdaa-1d6d-4f38-8562-48c21e25684a'
 */
export async function createTestParent(options: TestParentOptions = {}): Promise<Parent> {
  asObject('the options of a test parent', options)
  const { now = DEFAULT_NOW, seed = DEFAULT_SEED, vcpus = 4, memoryMiB = 1024, ...rest } = options
  if ('root' in rest) throw invalidOption('the root of a test parent is fixed', 'no option root', rest.root)
  const wallClock = momentOf(now)
  if (typeof seed !== 'string') throw invalidOption('the seed is invalid', 'a string', seed)
  const profile = checkProfile(rest.profile ?? 'qingtian')
  const root = await testRoot()
  let starts = 0
  const parent = Parent.open({
    vcpus,
    memoryMiB,
    instanceId: instanceIdOf(seed, profile),
    ...rest,
    surroundings: {
      wallClock,
      authority: (instanceId) =>
        new Issuer(root, { ...REGION, instanceId }, () => wallClock, seededKeys(seed)),
      nextRandom: () => seededRandom(seed, `enclave ${starts++}`),
    },
  })
  await parent.ready()
  return parent
}

function momentOf(now: unknown): number {
  const moment = now instanceof Date ? now.getTime() : now
  if (typeof moment === 'number' && moment >= EARLIEST && moment <= LATEST) return Math.trunc(moment)
  throw invalidOption(
    'the time of a test parent is invalid',
    'a Date, or milliseconds, from 1991 to 2188',
    now,
  )
}

/** In the format of the profile's cloud. */
function instanceIdOf(seed: string, profile: ProfileName): string {
  const digits = Buffer.from(seededBytes(seed, 'instance', 16)).toString('hex')
  if (profile === 'nitro') return `i-0${digits.slice(0, 16)}`
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/.exec(digits)!
  return `${a}-${b}-4${c}-8${d}-${e}`
}
