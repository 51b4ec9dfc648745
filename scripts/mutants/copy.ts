/** A copy of the project in which wrongs are done and tests are run, so that the project itself stays as it is. */
import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything but these is copied. */
const LEFT_OUT = new Set(['.git', '.cache', 'node_modules'])

/** How a command in the copy ended; `status` is null where it was given up. */
export interface Outcome {
  readonly status: number | null
  readonly output: string
}

/** A copy of the project at `root`, made new. */
export async function copyProject(root: string, name: string): Promise<string> {
  const folder = join(root, '.cache/mutants')
  const copy = join(folder, name)
  await rm(copy, { recursive: true, force: true })
  await mkdir(copy, { recursive: true })
  for (const entry of await readdir(root)) {
    if (!LEFT_OUT.has(entry))
      await cp(join(root, entry), join(copy, entry), { recursive: true, preserveTimestamps: true })
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  // Some tests read what lies beside the project.
  await symlink(join(root, '../shared'), join(folder, 'shared')).catch(() => {})
  return copy
}

/** Runs Node in `copy`, at most so many milliseconds: a wrong may make anything run for ever. */
export function runNode(copy: string, words: readonly string[], milliseconds: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, {
      cwd: copy,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const keep = (text: Buffer) => {
      output = (output + text).slice(-20_000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    let isOver = false
    // With all that it has started.
    const timer = setTimeout(() => {
      isOver = true
      process.kill(-child.pid!, 'SIGKILL')
    }, milliseconds)
    child.on('close', (status) => {
      clearTimeout(timer)
      resolve({ status: isOver ? null : status, output })
    })
  })
}
