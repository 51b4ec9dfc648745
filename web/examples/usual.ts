/** How enclaves of the page's own programs are started and called where the reader does not choose. */
import type { ProfileName } from '../../src/base/profile.ts'

/** The port on which all programs of the page serve. */
export const PORT = 5000
export const SHARE = { profile: 'qingtian', vcpus: 1, memoryMiB: 64 } as const
export const PROFILE: ProfileName = SHARE.profile
