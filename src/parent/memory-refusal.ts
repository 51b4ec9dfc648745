/** Says in MiB too what admission says in bytes: callers give an enclave's memory in MiB, of which a component gets a part. */
import { EnclaveError } from '../base/error.ts'

const MIB = 1024 * 1024

/**
 * `error` with the least memory of an enclave in which the component would fit; another error as it is.
 *
 * @param memoryMiB what the enclave was given.
 * @param memoryOf the bytes for the modules of an enclave of so many MiB, of which each gets a fixed part.
 */
export function withMiB(error: unknown, memoryMiB: number, memoryOf: (memoryMiB: number) => number): unknown {
  if (!(error instanceof EnclaveError) || error.code !== 'E_ADMISSION_MEMORY') return error
  const [needed, given] = [bytesIn(error.expected), bytesIn(error.got)]
  if (needed === undefined || given === undefined) return error
  // What an enclave gives grows by the same amount with each MiB.
  const part = given / memoryOf(memoryMiB)
  const perMiB = (memoryOf(memoryMiB + 1) - memoryOf(memoryMiB)) * part
  const least = memoryMiB + Math.ceil((needed - given) / perMiB)
  return new EnclaveError('E_ADMISSION_MEMORY', {
    what: error.what,
    expected: `${error.expected}, as in an enclave of at least ${least} MiB`,
    got: `${error.got} of an enclave of ${memoryMiB} MiB (${memoryMiB * MIB} bytes)`,
    ...(error.hint !== undefined && { hint: error.hint }),
    cause: error,
  })
}

function bytesIn(text: string | undefined): number | undefined {
  const digits = /^(\d+) bytes/.exec(text ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}
