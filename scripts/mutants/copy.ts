/** A copy of the project in which mutations are made and tests run, so that the project itself is not changed. */
import { spawn } from 'node:child_process'
import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Everything except these is copied. */
const LEFT_OUT = new Set(['.git', '.cache', 'node_modules'])

/** How a command in the copy ended; `status` is null if it timed out. */
export interface Outcome {
  readonly status: number | null
  readonly output: string
}

/** Makes a new copy of the project at `root`. */
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
  // Some tests read files beside the project.
  await symlink(join(root, '../shared'), join(folder, 'shared')).catch(() => {})
  return copy
}

/** Runs Node in `copy` with a time limit, because a mutation can cause an endless loop. */
export function runNode(copy: string, args: readonly string[], milliseconds: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
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
    // Kills the whole process group.
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
