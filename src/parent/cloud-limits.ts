/**
 * The clouds' minimums and limits for an enclave (ecs_03_1402, ecs_03_1420; aws-nitro-enclaves-cli, E26). Limits that
 * depend on real hardware are not enforced: NUMA nodes, totals of huge pages, and the vCPUs and memory that the parent
 * itself keeps. The size of the pool is whatever the user configures.
 */
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'

const MIB = 1024 * 1024
/** Minimum memory of an enclave as a multiple of the size of its image. */
const IMAGE_FACTOR = 4

interface Limits {
  memoryMiB: number
  enclaves: number
  /** The cloud's own message for too little memory. */
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

/** The start to check. */
export interface Demand {
  imageBytes: number
  memoryMiB: number
  /** Number of enclaves that the parent already has. */
  running: number
  /** Maximum number of enclaves. @default the cloud's limit */
  enclaves?: number
}

/**
 * Enforces the limits of the profile's cloud.
 * @throws {EnclaveError} E_CLOUD_MEMORY with the cloud's own text, E_CLOUD_ENCLAVES.
 */
export function assertCloudLimits(profile: ProfileName, demand: Demand): void {
  const limits = LIMITS[profile]
  const { imageBytes, memoryMiB, running, enclaves = limits.enclaves } = demand
  const floor = Math.max(limits.memoryMiB, Math.ceil((IMAGE_FACTOR * imageBytes) / MIB))
  if (memoryMiB < floor) {
    throw new EnclaveError('E_CLOUD_MEMORY', {
      what: limits.memoryText(memoryMiB, floor),
      expected: `at least ${floor} MiB: ${IMAGE_FACTOR} times the image, and no less than ${limits.memoryMiB}`,
      got: `${memoryMiB} MiB`,
    })
  }
  if (running < enclaves) return
  throw new EnclaveError('E_CLOUD_ENCLAVES', {
    what: `a parent instance of ${profile} may have at most ${enclaves} enclaves`,
    expected: `fewer than ${enclaves} existing enclaves`,
    got: String(running),
    hint: 'stop one, or raise the limit: without strict, or with max_enclaves in the settings of the pool',
  })
}
