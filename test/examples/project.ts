/** A folder with the examples, the packed package, and everything else that they depend on. */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pack } from '../support/package.ts'
import { patience } from '../support/patience.ts'

export const root: string = fileURLToPath(new URL('../..', import.meta.url))

/** The outcome of a program. */
export interface Outcome {
  readonly status: number | null
  readonly output: string
}

export class Project implements Disposable {
  readonly path: string = mkdtempSync(join(tmpdir(), 'webclave-examples-'))

  constructor() {
    const modules = join(this.path, 'node_modules')
    mkdirSync(modules)
    // What npm would install: the tarball, and the pinned packages of this checkout.
    const tarball = pack(this.path)
    execFileSync('tar', ['-xzf', tarball, '-C', this.path])
    renameSync(join(this.path, 'package'), join(modules, 'webclave'))
    for (const name of readdirSync(join(root, 'node_modules')))
      if (name !== 'webclave') symlinkSync(join(root, 'node_modules', name), join(modules, name))
    cpSync(join(root, 'examples'), join(this.path, 'examples'), { recursive: true })
  }

  /** The folder of an example. */
  folder(name: string): string {
    return join(this.path, 'examples', name)
  }

  /** Runs a program of Node in the folder of an example. */
  run(example: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const child = spawn(process.execPath, words, {
      cwd: this.folder(example),
      env: {
        PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
        HOME: this.path,
        NO_COLOR: '1',
        ...env,
      },
      timeout: patience(100_000),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        output += data
      })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (status) => resolve({ status, output }))
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}
