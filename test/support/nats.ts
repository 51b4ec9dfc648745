/** A NATS server for tests: Debian's `nats-server`, on a free port of this machine, without storage. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** Where the program is; undefined if it is not installed. */
export const NATS_SERVER: string | undefined = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'nats-server'))
  .find(existsSync)

/** Whether it is installed; if not, says aloud that `what` is left out. */
export function hasNats(what: string): boolean {
  if (NATS_SERVER === undefined)
    console.warn(`LEFT OUT: ${what}, because nats-server is not installed (Debian: apt install nats-server)`)
  return NATS_SERVER !== undefined
}

export interface NatsServer {
  readonly url: string
  /** Stops it, and starts it again on the same port. */
  restart(): Promise<void>
  /** Has it take other settings while it runs. */
  change(settings: string): Promise<void>
  stop(): Promise<void>
}

/** Starts a server with `settings`, in the language of its configuration. */
export async function startNats(settings = ''): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'webclave-nats-'))
  mkdirSync(join(folder, 'ports'))
  writeFileSync(join(folder, 'nats.conf'), settings)
  let { child, port } = await start(folder, '-1')
  const end = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    async restart() {
      await end()
      ;({ child } = await start(folder, port))
    },
    async change(settings) {
      writeFileSync(join(folder, 'nats.conf'), settings)
      child.kill('SIGHUP')
    },
    async stop() {
      await end()
      rmSync(folder, { recursive: true })
    },
  }
}

async function start(folder: string, wanted: string): Promise<{ child: ChildProcess; port: string }> {
  const ports = join(folder, 'ports')
  for (const name of readdirSync(ports)) rmSync(join(ports, name))
  const configuration = join(folder, 'nats.conf')
  const words = ['-c', configuration, '-a', '127.0.0.1', '-p', wanted, '--ports_file_dir', ports]
  const child = spawn(NATS_SERVER!, words, { stdio: 'ignore' })
  // The file appears once the server listens.
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nats-server has ended with ${child.exitCode}`)
    const [name] = readdirSync(ports)
    const text = name === undefined ? '' : readFileSync(join(ports, name), 'utf8')
    const url = /nats:\/\/[^"]+/.exec(text)?.[0]
    if (url !== undefined) return { child, port: new URL(url).port }
    await setTimeout(10)
  }
}
