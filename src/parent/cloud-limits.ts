/** The clouds' own floors and limits for an enclave (ecs_03_1402, ecs_03_1420; aws-nitro-enclaves-cli, E26). */
import { EnclaveError } from '../base/error.ts'
import type { Profile } from '../image/measure.ts'

const MIB = 1024 * 1024
/** An enclave needs so many times the bytes of its image. */
const IMAGE_FACTOR = 4

interface Limits {
  memoryMiB: number
  enclaves: number
  /** What the cloud says of too little memory. */
  memoryText: (given: number, floor: number) => string
}

const LIMITS: Readonly<Record<Profile, Limits>> = {
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
}

/**
 * Holds a start to the limits of the profile's cloud.
 * @throws {EnclaveError} E_CLOUD_MEMORY with the cloud's own text, E_CLOUD_ENCLAVES.
 */
export function assertCloudLimits(profile: Profile, { imageBytes, memoryMiB, running }: Demand): void {
  const limits = LIMITS[profile]
  const floor = Math.max(limits.memoryMiB, Math.ceil((IMAGE_FACTOR * imageBytes) / MIB))
  if (memoryMiB < floor) {
    throw new EnclaveError('E_CLOUD_MEMORY', {
      what: limits.memoryText(memoryMiB, floor),
      expected: `at least ${floor} MiB, ${IMAGE_FACTOR} times the image and no less than ${limits.memoryMiB}`,
      got: `${memoryMiB} MiB`,
    })
  }
  if (running < limits.enclaves) return
  throw new EnclaveError('E_CLOUD_ENCLAVES', {
    what: `a parent instance of ${profile} has at most ${limits.enclaves} enclaves`,
    expected: `fewer than ${limits.enclaves} before this one`,
    got: String(running),
    hint: 'stop one, or create the parent instance without strict',
  })
}
