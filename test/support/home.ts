/**
 * A user with their own directories, who runs `qt` and `nitro-cli` as a shell does, through `bin/qt`. Disposing of it
 * also ends all keepers that still run.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { processesWith } from './processes.ts'
import type { Outcome } from './qt.ts'

const FRONT = fileURLToPath(new URL('../../bin/qt', import.meta.url))

/** A user's directories and environment. */
export class Home implements AsyncDisposable {
  readonly path: string
  readonly env: NodeJS.ProcessEnv

  constructor(settings?: string) {
    this.path = mkdtempSync(join(tmpdir(), 'qt-'))
    for (const name of ['run', 'state', 'cache', 'config', 'bin'])
      mkdirSync(join(this.path, name), { mode: 0o700 })
    for (const name of ['qt', 'nitro-cli', 'vsock-proxy']) symlinkSync(FRONT, join(this.path, 'bin', name))
    const { NO_COLOR: _, ...env } = process.env
    this.env = {
      ...env,
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: this.path,
      XDG_RUNTIME_DIR: join(this.path, 'run'),
      XDG_STATE_HOME: join(this.path, 'state'),
      XDG_CACHE_HOME: join(this.path, 'cache'),
      XDG_CONFIG_HOME: join(this.path, 'config'),
    }
    if (settings !== undefined) this.configure(settings)
  }

  /** The runtime directory, which contains the sockets. */
  get runtime(): string {
    return join(this.path, 'run', 'webclave')
  }

  /** Writes the settings of the pool. */
  configure(settings: string, name = 'qt-enclave-env.conf'): void {
    mkdirSync(join(this.path, 'config', 'webclave'), { recursive: true })
    writeFileSync(join(this.path, 'config', 'webclave', name), settings)
  }

  /** The path of an enclave's hybrid vsock. */
  vsock(id: number): string {
    return join(this.runtime, String(id), 'vsock.sock')
  }

  qt(...words: readonly string[]): Promise<Outcome> {
    return this.run(join(this.path, 'bin', 'qt'), words)
  }

  nitro(...words: readonly string[]): Promise<Outcome> {
    return this.run(join(this.path, 'bin', 'nitro-cli'), words)
  }

  /** Runs a command with this user's environment. */
  run(
    command: string,
    words: readonly string[],
    { input = '', env = {}, cwd }: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {},
  ): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, words, {
        env: { ...this.env, ...env },
        stdio: 'pipe',
        ...(cwd && { cwd }),
      })
      const outcome: Outcome = { status: null, stdout: '', stderr: '' }
      child.stdout.on('data', (data) => {
        outcome.stdout += data
      })
      child.stderr.on('data', (data) => {
        outcome.stderr += data
      })
      child.once('error', reject)
      child.once('close', (status) => resolve({ ...outcome, status }))
      child.stdin.on('error', () => {})
      child.stdin.end(input)
    })
  }

  /** Runs a command that does not end, until it has printed `text`; returns its output so far. */
  follow(name: 'qt' | 'nitro-cli', words: readonly string[], text: string): Promise<string> {
    const child = spawn(join(this.path, 'bin', name), words, { env: this.env })
    let printed = ''
    return new Promise((resolve) => {
      child.stdout.on('data', (data) => {
        printed += data
        if (printed.includes(text)) child.kill('SIGINT')
      })
      child.once('close', () => resolve(printed))
    })
  }

  /** The processes with this user's environment: keepers, and commands that have not ended. */
  processes(): number[] {
    return processesWith(`XDG_RUNTIME_DIR=${this.env['XDG_RUNTIME_DIR']}\0`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL')
    if (existsSync(this.path)) rmSync(this.path, { recursive: true, force: true, maxRetries: 5 })
  }
}
