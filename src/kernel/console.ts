/**
 * The console, for the application's output. Output is kept only in debug mode and dropped otherwise, as on real
 * hardware.
 */
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import type { ByteSink } from './streams.ts'

/** Maximum number of bytes per write. */
const ROOM = 65536

/** The sink behind standard output and standard error. */
export function createConsole(channel: KernelChannel, debug: boolean): ByteSink {
  return {
    room: ROOM,
    closed: false,
    failure: undefined,
    write(bytes) {
      if (debug) channel.print(bytes)
    },
    drop() {},
  }
}
