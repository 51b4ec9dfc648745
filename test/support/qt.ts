/** Runs the built `qt` in its own process, as a user does. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const QT = fileURLToPath(new URL('../../dist/cli/qt.cjs', import.meta.url))

/** A command's output, and how it ended. */
export interface Outcome {
  status: number | null
  stdout: string
  stderr: string
}

/** Runs `qt` with the arguments `words`; `input` is its standard input. */
export function qt(
  words: readonly string[],
  { input = '', cwd }: { input?: string; cwd?: string } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [QT, ...words], { cwd, stdio: 'pipe' })
    const outcome: Outcome = { status: null, stdout: '', stderr: '' }
    child.stdout.on('data', (data) => {
      outcome.stdout += data
    })
    child.stderr.on('data', (data) => {
      outcome.stderr += data
    })
    child.once('error', reject)
    child.once('close', (status) => resolve({ ...outcome, status }))
    child.stdin.end(input)
  })
}
