/** What this process has open. Linux only. */
import { readdirSync, readlinkSync } from 'node:fs'

/** How many of this process's descriptors lead to `path`. */
export function openDescriptors(path: string): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path
    } catch {
      // The one by which the folder was read.
      return false
    }
  }).length
}
