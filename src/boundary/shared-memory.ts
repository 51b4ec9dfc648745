/**
 * The layout of the memory that an enclave's Worker and its hypervisor share: control words, the two vsock rings, the
 * QTSM's mailbox and the console. Each end treats every word in it as an untrusted claim of the other.
 */
import type { RingPlace } from './ring.ts'

/** Indexes of the control words. */
export const Word = {
  /** Counts the hypervisor's actions for which the kernel may wait. The kernel sleeps on this word. */
  KERNEL_BELL: 0,
  /** Counts the kernel's actions for which the hypervisor may wait. */
  HYPERVISOR_BELL: 1,
  /** The enclave's `Phase`. */
  PHASE: 2,
  /** `End`: how it ended, once it has. */
  END: 3,
  /** The exit status, or the length of the message in the mailbox. */
  DETAIL: 4,
  /** `Mailbox`: the state of the mailbox. */
  MAILBOX: 5,
  /** Length in bytes of the request or response in the mailbox. */
  MAILBOX_LENGTH: 6,
  /** Number of all bytes printed, modulo 2^32. */
  CONSOLE: 7,
  /** 1 while the kernel sleeps on its bell and therefore uses no CPU time. */
  ASLEEP: 12,
  /** 1 while the hypervisor sleeps on its bell. */
  HYPERVISOR_ASLEEP: 13,
  /** Size of the enclave's linear memories, in pages of 64 KiB. */
  MEMORY: 14,
  /** Positions of the ring from the kernel to the hypervisor. */
  RING_OUT: 8,
  /** Positions of the ring from the hypervisor to the kernel. */
  RING_IN: 10,
} as const

/** The phases of an enclave. FAILED means that it ended before the program ran, ENDED after. */
export const Phase = { BOOTING: 0, RUNNING: 1, FAILED: 2, ENDED: 3 } as const

/** How an enclave's program ended, as reported by its kernel; CPU_LIMIT is reported by the watchdog. */
export const End = { EXITED: 1, TRAPPED: 2, OUT_OF_MEMORY: 3, STACK_OVERFLOW: 4, CPU_LIMIT: 5 } as const

/** The states of the mailbox. */
export const Mailbox = { EMPTY: 0, REQUEST: 1, RESPONSE: 2 } as const

const CONTROL_LENGTH = 4096
/** The QTSM's response buffer (`qtsm_lib.h`): 0x6000 bytes. */
export const MAILBOX_LENGTH = 0x6000
/** Number of bytes of console output that are kept. */
export const CONSOLE_LENGTH = 65536
/** Length in bytes of the vsock ring from the kernel to the hypervisor. */
export const RING_OUT_LENGTH = 524288
/**
 * Length in bytes of the ring from the hypervisor to the kernel. A ring that fits into a processor's own cache must be
 * fetched back from the reader's cache on every round, which costs more than the copying. Only the hypervisor writes
 * fast enough to be slowed down by that, so this ring is larger.
 */
export const RING_IN_LENGTH = 1048576

const MAILBOX_AT = CONTROL_LENGTH
const CONSOLE_AT = MAILBOX_AT + MAILBOX_LENGTH
const RING_OUT_AT = 131072
const RING_IN_AT: number = RING_OUT_AT + RING_OUT_LENGTH

/** Total length in bytes. */
export const SHARED_LENGTH: number = RING_IN_AT + RING_IN_LENGTH

/** Views of the parts of the shared memory. */
export interface SharedMemory {
  buffer: SharedArrayBuffer
  words: Int32Array<SharedArrayBuffer>
  mailbox: Uint8Array
  console: Uint8Array
  /** From the kernel to the hypervisor. */
  ringOut: RingPlace
  /** From the hypervisor to the kernel. */
  ringIn: RingPlace
}

/** Creates the views of a buffer of `SHARED_LENGTH` bytes. */
export function mapSharedMemory(buffer: SharedArrayBuffer): SharedMemory {
  const words = new Int32Array(buffer, 0, CONTROL_LENGTH / 4)
  return {
    buffer,
    words,
    mailbox: new Uint8Array(buffer, MAILBOX_AT, MAILBOX_LENGTH),
    console: new Uint8Array(buffer, CONSOLE_AT, CONSOLE_LENGTH),
    ringOut: { words, at: Word.RING_OUT, bytes: new Uint8Array(buffer, RING_OUT_AT, RING_OUT_LENGTH) },
    ringIn: { words, at: Word.RING_IN, bytes: new Uint8Array(buffer, RING_IN_AT, RING_IN_LENGTH) },
  }
}

/** Allocates the memory that a new enclave and its hypervisor share, all zero. */
export function createSharedMemory(): SharedMemory {
  return mapSharedMemory(new SharedArrayBuffer(SHARED_LENGTH))
}

/** Increments the bell at `word` and wakes the thread that sleeps on it. */
export function ringBell(words: Int32Array, word: number): void {
  Atomics.add(words, word, 1)
  Atomics.notify(words, word)
}

/**
 * Rings the bell at `word`, but wakes the peer only if `asleep` says that it sleeps, because a wake-up is slow even if
 * nobody sleeps. A peer that sets `asleep` before its last look at the bell misses nothing.
 */
export function ringIfAsleep(words: Int32Array, word: number, asleep: number): void {
  Atomics.add(words, word, 1)
  if (Atomics.load(words, asleep) !== 0) Atomics.notify(words, word)
}
