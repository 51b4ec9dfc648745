/** The test enclave in which the application's module runs: one per thread, replaced by the next. */
import { Machine } from './machine.ts'
import { completeOptions, type TestEnclaveOptions } from './options.ts'

let current: Machine | undefined

/** The current enclave. */
export function machine(): Machine {
  current ??= new Machine(completeOptions({}))
  return current
}

/** Ends the current enclave and begins another. @throws {EnclaveError} as `completeOptions`: the current one stays. */
export function replaceMachine(options: TestEnclaveOptions): void {
  const complete = completeOptions(options)
  current?.close()
  current = new Machine(complete)
}
