/**
 * The console: what the application prints, in a bounded ring that keeps the newest bytes. It is written in
 * debug mode only; otherwise output goes nowhere, as on real hardware. Printing never waits.
 */
import { CONSOLE_LENGTH, ringBell, type SharedMemory, Word } from './shared-memory.ts'
import type { ByteSink } from './streams.ts'

/** Bytes that one write may have. */
const ROOM = 65536

/** The sink behind standard output and standard error. */
export function createConsole(shared: SharedMemory, debug: boolean): ByteSink {
  const { words, console: ring } = shared
  return {
    room: ROOM,
    closed: false,
    failure: undefined,
    write(bytes) {
      if (!debug) return
      const kept = bytes.subarray(Math.max(0, bytes.byteLength - CONSOLE_LENGTH))
      const start =
        (Atomics.load(words, Word.CONSOLE) + bytes.byteLength - kept.byteLength) & (CONSOLE_LENGTH - 1)
      const untilEnd = CONSOLE_LENGTH - start
      ring.set(kept.subarray(0, untilEnd), start)
      ring.set(kept.subarray(untilEnd), 0)
      Atomics.add(words, Word.CONSOLE, bytes.byteLength)
      ringBell(words, Word.HYPERVISOR_BELL)
    },
    drop() {},
  }
}
