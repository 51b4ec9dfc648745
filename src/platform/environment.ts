/** Which of the two environments this code runs in, Node or a browser, and whether enclaves can run there. */
import { EnclaveError } from '../base/error.ts'

/** Whether this is Node, so that `node:` modules can be imported. */
export const isNode: boolean =
  typeof globalThis.process !== 'undefined' && globalThis.process.versions?.node !== undefined

/** The runtime that passes itself off as Node here, if there is one: it has not all that isolates an enclave in Node. */
export const otherRuntime: 'Bun' | 'Deno' | undefined = !isNode
  ? undefined
  : globalThis.process.versions['bun'] !== undefined
    ? 'Bun'
    : globalThis.process.versions['deno'] !== undefined
      ? 'Deno'
      : undefined

/** @throws {EnclaveError} E_TAB_ISOLATION if there is no memory that threads can share. */
export function assertSharedMemory(): void {
  if (typeof SharedArrayBuffer === 'function') return
  throw new EnclaveError('E_TAB_ISOLATION', {
    what: 'there is no SharedArrayBuffer here, so no memory can be shared with an enclave',
    expected: 'a cross-origin isolated page, in a browser that has it',
    hint: 'WebKit on Linux has none: use Chromium or Firefox',
  })
}
