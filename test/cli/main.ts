/** Runs a command line of either face in this process. */
import type { Face } from '../../src/cli/face.ts'
import { main } from '../../src/cli/main.ts'
import { NITRO } from '../../src/cli/nitro-face.ts'
import { setPrinting } from '../../src/cli/output.ts'
import { QT } from '../../src/cli/qt-face.ts'
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
