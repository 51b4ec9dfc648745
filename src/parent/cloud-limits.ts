/**
 * The clouds' own floors and limits for an enclave (ecs_03_1402, ecs_03_1420; aws-nitro-enclaves-cli, E26).
 * What follows from a machine's own parts has no meaning here and is not held: NUMA nodes, huge pages' totals, and the
 * vCPUs and memory that the parent itself keeps, for a pool is only what somebody says it is.
 */
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'

const MIB = 1024 * 1024
/** An enclave needs so many times the bytes of its image. */
const IMAGE_FACTOR = 4

interface Limits {
  memoryMiB: number
  enclaves: number
  /** What the cloud says of too little memory. */
  memoryText: (given: number, floor: number) => string
}

const LIMITS: Readonly<Record<ProfileName, Limits>> = {
  qingtian: {
    memoryMiB: 128,
    enclaves: 2,
    memoryText: () => 'Load image failure because provided memory is too small.',
  },
  nitro: {
    memoryMiB: 64,
    enclaves: 4,
    memoryText: (given, floor) =>
      `User provided \`memory\` is ${given} MB, but based on the EIF file size, the minimum memory should be ${floor} MB`,
  },
}

/** What is asked for. */
export interface Demand {
  imageBytes: number
  memoryMiB: number
  /** Enclaves that the parent has already. */
  running: number
  /** Enclaves that it may have. @default the cloud's number */
  enclaves?: number
}

/**
 * Holds a start to the limits of the profile's cloud.
 * @throws {EnclaveError} E_CLOUD_MEMORY with the cloud's own text, E_CLOUD_ENCLAVES.
 */
export function assertCloudLimits(profile: ProfileName, demand: Demand): void {
  const limits = LIMITS[profile]
  const { imageBytes, memoryMiB, running, enclaves = limits.enclaves } = demand
  const floor = Math.max(limits.memoryMiB, Math.ceil((IMAGE_FACTOR * imageBytes) / MIB))
  if (memoryMiB < floor) {
    throw new EnclaveError('E_CLOUD_MEMORY', {
      what: limits.memoryText(memoryMiB, floor),
      expected: `at least ${floor} MiB, ${IMAGE_FACTOR} times the image and no less than ${limits.memoryMiB}`,
      got: `${memoryMiB} MiB`,
    })
  }
  if (running < enclaves) return
  throw new EnclaveError('E_CLOUD_ENCLAVES', {
    what: `a parent instance of ${profile} has at most ${enclaves} enclaves`,
    expected: `fewer than ${enclaves} before this one`,
    got: String(running),
    hint: 'stop one, or have the limit raised: without strict, or by max_enclaves in the settings of the pool',
  })
}
