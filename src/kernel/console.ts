/**
 * The console: what the application prints. It is kept in debug mode only; otherwise output goes nowhere, as on real
 * hardware.
 */
import type { KernelChannel } from '../boundary/kernel-channel.ts'
import type { ByteSink } from './streams.ts'

/** Bytes that one write may have. */
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
