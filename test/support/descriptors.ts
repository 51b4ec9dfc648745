/** The open descriptors of this process. Linux only. */
import { readdirSync, readlinkSync } from 'node:fs'

/** The number of this process's descriptors for `path`. */
export function openDescriptors(path: string): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path
    } catch {
      // The descriptor with which the folder itself was read.
      return false
    }
  }).length
}
