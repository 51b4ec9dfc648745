/**
 * The one piece of memory that an enclave's Worker and its hypervisor share, laid out at launch: control
 * words, the two vsock rings, the QTSM's mailbox and the console. Both ends treat every word in it as the
 * other's claim.
 */
import type { RingPlace } from './ring.ts'

/** Indexes of the control words. */
export const Word = {
  /** Counts what the hypervisor has done that the kernel may wait for. The kernel sleeps on it. */
  KERNEL_BELL: 0,
  /** Counts what the kernel has done that the hypervisor may wait for. */
  HYPERVISOR_BELL: 1,
  /** `Phase`: how far the enclave has come. */
  PHASE: 2,
  /** Once it is over: `End`, how it ended. */
  END: 3,
  /** The exit status, or the length of the message in the mailbox. */
  DETAIL: 4,
  /** `Mailbox`: whose turn it is. */
  MAILBOX: 5,
  /** Bytes of the request or the response in the mailbox. */
  MAILBOX_LENGTH: 6,
  /** Bytes ever printed, modulo 2^32. */
  CONSOLE: 7,
  /** 1 while the kernel sleeps on its bell: it waits, it does not spin. */
  ASLEEP: 12,
  /** 1 while the hypervisor sleeps on its bell. */
  HYPERVISOR_ASLEEP: 13,
  /** Positions of the ring from the kernel to the hypervisor. */
  RING_OUT: 8,
  /** Positions of the ring from the hypervisor to the kernel. */
  RING_IN: 10,
} as const

/** How far an enclave has come. FAILED is an end before the program ran, ENDED one after. */
export const Phase = { BOOTING: 0, RUNNING: 1, FAILED: 2, ENDED: 3 } as const

/** How an enclave's program ended, as its kernel tells it; CPU_LIMIT is the watchdog's. */
export const End = { EXITED: 1, TRAPPED: 2, OUT_OF_MEMORY: 3, STACK_OVERFLOW: 4, CPU_LIMIT: 5 } as const

/** Whose turn the mailbox is. */
export const Mailbox = { EMPTY: 0, REQUEST: 1, RESPONSE: 2 } as const

const CONTROL_LENGTH = 4096
/** The QTSM's response buffer (`qtsm_lib.h`): 0x6000 bytes. */
export const MAILBOX_LENGTH = 0x6000
/** Bytes of console output that are kept. */
export const CONSOLE_LENGTH = 65536
/** Bytes of the vsock ring from the kernel to the hypervisor. */
export const RING_OUT_LENGTH = 524288
/**
 * Bytes of the other one. A ring that a processor's own cache holds has to be fetched back from the reader's for every
 * turn around it, which costs more than the copying; only the hypervisor writes fast enough to be held up by that.
 */
export const RING_IN_LENGTH = 1048576

const MAILBOX_AT = CONTROL_LENGTH
const CONSOLE_AT = MAILBOX_AT + MAILBOX_LENGTH
const RING_OUT_AT = 131072
const RING_IN_AT: number = RING_OUT_AT + RING_OUT_LENGTH

/** Bytes of the whole. */
export const SHARED_LENGTH: number = RING_IN_AT + RING_IN_LENGTH

/** The parts of the shared memory, as views. */
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

/** Lays views over a buffer of `SHARED_LENGTH` bytes. */
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

/** Makes the memory that a new enclave and its hypervisor will share, all zero. */
export function createSharedMemory(): SharedMemory {
  return mapSharedMemory(new SharedArrayBuffer(SHARED_LENGTH))
}

/** Wakes whoever sleeps on the bell at `word`, whatever the other words say. */
export function ringBell(words: Int32Array, word: number): void {
  Atomics.add(words, word, 1)
  Atomics.notify(words, word)
}

/**
 * Rings the bell at `word` for a peer that may be awake: waking nobody takes long, too. Whoever says at `asleep` that it
 * sleeps before it looks at the bell for the last time misses nothing.
 */
export function ringIfAsleep(words: Int32Array, word: number, asleep: number): void {
  Atomics.add(words, word, 1)
  if (Atomics.load(words, asleep) !== 0) Atomics.notify(words, word)
}
