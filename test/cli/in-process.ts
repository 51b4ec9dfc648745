/** Runs a command of `qt` in this process, which is much faster than a new process for each test case. */
import { vi } from 'vitest'
import type { EnclaveError } from '../../src/base/error.ts'
import { type Command, UsageError } from '../../src/cli/core/command.ts'
import { readOptions } from '../../src/cli/core/read-options.ts'

/** The outcome of a command, with the exit status of `qt`. */
export interface CommandOutcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly error: EnclaveError | undefined
}

/** Runs `command` with `args`, and captures its output. */
export async function runCommand(command: Command, args: readonly string[]): Promise<CommandOutcome> {
  const printed = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += text
      return true
    }),
  )
  try {
    return { status: await command.run(readOptions(command, args)), ...printed, error: undefined }
  } catch (thrown) {
    const error = thrown as EnclaveError
    return { status: thrown instanceof UsageError ? 2 : 1, ...printed, error }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
