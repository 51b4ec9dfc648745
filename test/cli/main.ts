/** Runs `qt` and `nitro-cli` in this process. */

import { main } from '../../src/cli/core/main.ts'
import { NITRO } from '../../src/cli/core/nitro-commands.ts'
import type { CommandLine } from '../../src/cli/core/program.ts'
import { QT } from '../../src/cli/core/qt-commands.ts'
import { setPrinting } from '../../src/cli/output/output.ts'
import type { Outcome } from '../support/qt.ts'

async function run(commandLine: CommandLine, args: readonly string[]): Promise<Outcome> {
  const outcome = { status: null as number | null, stdout: '', stderr: '' }
  setPrinting({
    out: (text) => {
      outcome.stdout += text
    },
    err: (text) => {
      outcome.stderr += text
    },
    format: (value) => `${JSON.stringify(value, null, 2)}\n`,
  })
  outcome.status = await main(commandLine, args)
  return outcome
}

/** Runs `qt` with `args`. */
export const qt = (...args: string[]): Promise<Outcome> => run(QT, args)

/** Runs `nitro-cli` with `args`. */
export const nitro = (...args: string[]): Promise<Outcome> => run(NITRO, args)
