/** The program of an enclave: its prepared component, and the input of the kernel. */
import type { Bytes } from '../base/bytes.ts'
import type { BootMessage } from './boot-message.ts'

/** A component that has been admitted and transpiled, in the form in which it is cached between runs. */
export interface PreparedComponent {
  /** An ES module that exports `instantiate`. */
  glue: string
  /** The core modules with their limits, by the names that the glue uses. */
  moduleBytes: ReadonlyMap<string, Bytes>
  /** V8's code cache of kernel and glue, if there is one. */
  code?: Bytes | undefined
  /**
   * The name of its file in the component store, if any, in the format that an enclave's process reads. Such a file
   * never changes.
   */
  name?: string
}

/** What is sent to an enclave's process, which compiles it. */
export interface SentProgram {
  /** The kernel's script. */
  kernel: string
  component: PreparedComponent
  boot: Omit<BootMessage, 'shared' | 'modules'>
  /** Milliseconds of CPU time that the program may use. */
  cpuLimit: number | undefined
}
