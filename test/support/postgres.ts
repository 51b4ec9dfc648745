/**
 * A private PostgreSQL server (Debian's `postgresql`) in a temporary folder, with its files synced to the disk as in
 * production, for the tests of one file. Its default for `synchronous_commit` is off, so that the store has to ask for
 * it. The server refuses to run as root, and then runs as the user `postgres`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { hasPackage } from './debian.ts'

const FOLDERS = [
  ...(process.env['PATH'] ?? '').split(':'),
  '/usr/lib/postgresql/*/bin',
  '/usr/local/pgsql/bin',
]
const SETTINGS = `
unix_socket_directories = '.'
listen_addresses = '127.0.0.1'
max_connections = 60
shared_buffers = 16MB
synchronous_commit = off
`
/** Everybody is who they say over the Unix socket; passwords count over TCP. */
const ACCESS = `
local all all trust
host all all 127.0.0.1/32 scram-sha-256
`

/** The folder of the server's programs. */
function programs(): string | undefined {
  const found = FOLDERS.flatMap((folder) => globSync(join(folder, 'initdb')))
  // initdb of PATH may be without the rest.
  return found.map(dirname).findLast((folder) => globSync(join(folder, 'postgres')).length > 0)
}

/** Whether there is a PostgreSQL server here; `missing` is what is left out without it, aloud. */
export function hasPostgres(missing: string): boolean {
  return hasPackage('postgresql', missing, () => programs() !== undefined)
}

/** A server; see the file comment. */
export class Postgres implements AsyncDisposable {
  readonly folder: string
  /** On 127.0.0.1; it is part of the Unix socket's name too. */
  readonly port: number
  readonly #programs: string
  #process: ChildProcess | undefined
  #schemas = 0

  private constructor(folder: string, port: number, programs: string) {
    this.folder = folder
    this.port = port
    this.#programs = programs
  }

  /** Makes the files of a server and starts it. */
  static async start(): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), 'webclave-postgres-'))
    const server = new Postgres(folder, await freePort(), programs()!)
    if (process.getuid?.() === 0) execFileSync('chown', ['postgres', folder])
    const words = ['-D', folder, '-U', 'postgres', '-E', 'UTF8', '--locale=C', '--auth=trust', '--no-sync']
    execFileSync(...server.#command('initdb', words), { stdio: 'ignore', cwd: folder })
    appendFileSync(join(folder, 'postgresql.conf'), `${SETTINGS}port = ${server.port}\n`)
    writeFileSync(join(folder, 'pg_hba.conf'), ACCESS)
    await server.run()
    return server
  }

  /** Settings of `pg` for a connection over the Unix socket as the superuser. */
  get settings(): { host: string; port: number; user: string; database: string } {
    return { host: this.folder, port: this.port, user: 'postgres', database: 'postgres' }
  }

  /** The same as a URL. */
  get url(): string {
    return `postgres://postgres@localhost/postgres?host=${encodeURIComponent(this.folder)}&port=${this.port}`
  }

  /** The path of the Unix socket. */
  get socket(): string {
    return join(this.folder, `.s.PGSQL.${this.port}`)
  }

  /** A name for a schema that nobody has used. */
  newSchema(): string {
    return `test_${this.#schemas++}`
  }

  /** Executes statements as the superuser; the rows of the last one. */
  async query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(this.settings)
    await client.connect()
    try {
      const results = await client.query(text, values)
      return (Array.isArray(results) ? results.at(-1) : results).rows
    } finally {
      await client.end()
    }
  }

  /** Starts the server, and waits until it answers. */
  async run(): Promise<void> {
    const [command, words] = this.#command('postgres', ['-D', this.folder])
    const child = spawn(command, words, { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.folder, env: ENV })
    this.#process = child
    let log = ''
    for await (const line of createInterface(child.stderr!)) {
      log += `${line}\n`
      if (line.includes('ready to accept connections')) break
      if (child.exitCode !== null) break
    }
    if (!log.includes('ready to accept connections')) throw new Error(`PostgreSQL does not start: ${log}`)
    child.stderr!.resume()
  }

  /** Speaks TLS from now on over TCP, if a client wants it. */
  async encrypt(certificate: string, key: string): Promise<void> {
    for (const [name, text] of Object.entries({ 'server.crt': certificate, 'server.key': key })) {
      writeFileSync(join(this.folder, name), text, { mode: 0o600 })
      if (process.getuid?.() === 0) execFileSync('chown', ['postgres', join(this.folder, name)])
    }
    await this.query('ALTER SYSTEM SET ssl = on')
    await this.query('SELECT pg_reload_conf()')
  }

  /** Ends the server at once, as `pg_ctl stop -m immediate` does: what is not on its disk is lost. */
  async crash(): Promise<void> {
    await this.#end('SIGQUIT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end('SIGINT')
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #end(signal: 'SIGQUIT' | 'SIGINT'): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (child === undefined || child.exitCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  /** A program of the server, which ends with this process. */
  #command(program: string, words: readonly string[]): [string, string[]] {
    const path = join(this.#programs, program)
    const user = process.getuid?.() === 0 ? ['--reuid=postgres', '--regid=postgres', '--init-groups'] : []
    if (globSync('/usr/bin/setpriv').length === 0) return [path, [...words]]
    return ['/usr/bin/setpriv', [...user, '--pdeathsig=SIGQUIT', path, ...words]]
  }
}

const ENV = { ...process.env, LC_ALL: 'C' }

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
