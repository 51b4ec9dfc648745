/** What an enclave runs: its component, made ready, and what begins it. */
import type { Bytes } from '../base/bytes.ts'
import type { BootMessage } from './boot-message.ts'

/** A component that has passed, in the form that is kept between runs. */
export interface PreparedComponent {
  /** An ES module that exports `instantiate`. */
  glue: string
  /** The core modules by the names that the glue asks for, clamped. */
  moduleBytes: ReadonlyMap<string, Bytes>
  /** What V8 has made of the kernel and the glue, where that is kept too. */
  code?: Bytes | undefined
  /** The file's name, where a store keeps it as an enclave's process reads it: what is in such a file never changes. */
  name?: string
}

/** What is sent to another process, which compiles for itself. */
export interface SentProgram {
  /** The kernel's script. */
  kernel: string
  component: PreparedComponent
  boot: Omit<BootMessage, 'shared' | 'modules'>
  /** Milliseconds that the program may spend otherwise than waiting. */
  cpuLimit: number | undefined
}
