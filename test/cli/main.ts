/** Runs a command line of either face in this process. */
import type { Face } from '../../src/cli/core/face.ts'
import { main } from '../../src/cli/core/main.ts'
import { NITRO } from '../../src/cli/core/nitro-face.ts'
import { QT } from '../../src/cli/core/qt-face.ts'
import { setPrinting } from '../../src/cli/output/output.ts'
import type { Outcome } from '../support/qt.ts'

async function run(face: Face, words: readonly string[]): Promise<Outcome> {
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
  outcome.status = await main(face, words)
  return outcome
}

/** `qt` with `words`. */
export const qt = (...words: string[]): Promise<Outcome> => run(QT, words)

/** `nitro-cli` with `words`. */
export const nitro = (...words: string[]): Promise<Outcome> => run(NITRO, words)
