/** The usual relay from a Unix socket to TCP: socat, with one process per connection. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { hasProgram } from '../../test/support/debian.ts'

/** The version of socat; undefined if it is missing and cannot be installed, which is reported. */
export function socatVersion(): string | undefined {
  if (!hasProgram('socat', 'the comparison of the proxy with it', ['-V'])) return undefined
  return /socat version (\S+)/.exec(spawnSync('socat', ['-V'], { encoding: 'utf8' }).stdout)?.[1] ?? '?'
}

export class Socat {
  readonly path: string
  readonly #process: ChildProcess

  private constructor(path: string, process: ChildProcess) {
    this.path = path
    this.#process = process
  }

  /** Relays from the Unix socket `path` to a port of this host. */
  static async start(path: string, port: number): Promise<Socat> {
    // As many connections may wait to be accepted as at a server of Node.
    const from = `UNIX-LISTEN:${path},fork,backlog=511`
    const child = spawn('socat', [from, `TCP:127.0.0.1:${port}`], { stdio: 'ignore' })
    while (!existsSync(path)) {
      if (child.exitCode !== null) throw new Error(`bench: socat ended with status ${child.exitCode}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return new Socat(path, child)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return
    this.#process.kill()
    await once(this.#process, 'exit')
  }
}
