/** Runs one command of `qt` in this process: many cases in the time that one process of its own takes to begin. */
import { vi } from 'vitest'
import type { EnclaveError } from '../../src/base/error.ts'
import { type Command, UsageError } from '../../src/cli/core/command.ts'
import { readOptions } from '../../src/cli/core/read-options.ts'

/** What a command did: as `qt` would end it. */
export interface CommandOutcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly error: EnclaveError | undefined
}

/** Runs `command` with `words`; what it prints is caught. */
export async function runCommand(command: Command, words: readonly string[]): Promise<CommandOutcome> {
  const printed = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += text
      return true
    }),
  )
  try {
    return { status: await command.run(readOptions(command, words)), ...printed, error: undefined }
  } catch (thrown) {
    const error = thrown as EnclaveError
    return { status: thrown instanceof UsageError ? 2 : 1, ...printed, error }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
