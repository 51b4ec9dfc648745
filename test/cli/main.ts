/** Runs a command line of either commandLine in this process. */

import { main } from '../../src/cli/core/main.ts'
import { NITRO } from '../../src/cli/core/nitro-commands.ts'
import type { CommandLine } from '../../src/cli/core/program.ts'
import { QT } from '../../src/cli/core/qt-commands.ts'
import { setPrinting } from '../../src/cli/output/output.ts'
import type { Outcome } from '../support/qt.ts'

async function run(commandLine: CommandLine, words: readonly string[]): Promise<Outcome> {
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
  outcome.status = await main(commandLine, words)
  return outcome
}

/** `qt` with `words`. */
export const qt = (...words: string[]): Promise<Outcome> => run(QT, words)

/** `nitro-cli` with `words`. */
export const nitro = (...words: string[]): Promise<Outcome> => run(NITRO, words)
