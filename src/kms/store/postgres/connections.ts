/**
 * Connections to PostgreSQL (`pg`), with which every call ends in bounded time: a server that restarts is waited for, a
 * connection that stalls is given up, and what was sent on it counts as possibly executed (`LostAnswer`).
 */
import { once } from 'node:events'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { Client, Pool, PoolClient, PoolConfig, QueryConfig } from 'pg'
import { KmsError } from '../../core/error.ts'
import { codeOf, isAnswer, isPassing, isUnsent, LostAnswer } from './fault.ts'
import { guarded } from './guard.ts'

/** A statement and its parameters: text, numbers and bytes. */
export interface Statement {
  /** The server prepares a statement with a name once for each connection, which saves a third of a call. */
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}

/** A row of an answer. */
export type Row = Readonly<Record<string, unknown>>

/** Asks one connection. */
export type Ask = (statement: Statement) => Promise<readonly Row[]>

/** What `pg` has that this needs. */
export interface Pg {
  readonly Pool: new (config: PoolConfig) => Pool
  readonly Client: typeof Client
}

/** Milliseconds after which an unused connection is closed. */
const IDLE = 60_000
/** Calls that may wait for a connection. */
const WAITING_MAX = 10_000
/** Milliseconds between attempts while the server is away. */
const FIRST_PAUSE = 20
const PAUSE_MAX = 500
/** Milliseconds for the goodbye of connections that are closed. */
const GOODBYE = 1000

const ignore = () => {}
const now = () => performance.now()
/** At least 1, because 0 would mean no limit. */
const left = (deadline: number) => Math.max(1, Math.ceil(deadline - now()))

/** A pool of connections; see the file comment. Deadlines are of `performance.now()`. */
export class Connections {
  readonly #pool: Pool
  readonly #timeout: number
  readonly #sockets = new Set<Duplex>()
  #closing: Promise<void> | undefined

  /**
   * @param settings those of `pg` itself.
   * @param timeout milliseconds for one call.
   */
  constructor({ Pool, Client }: Pg, settings: PoolConfig, max: number, timeout: number) {
    this.#timeout = timeout
    const { stream } = settings
    this.#pool = new Pool({
      fallback_application_name: 'webclave-kms',
      ...settings,
      Client: guarded(Client),
      max,
      idleTimeoutMillis: IDLE,
      connectionTimeoutMillis: Math.ceil(timeout / 2),
      keepAlive: true,
      stream: () => this.#track(stream?.() ?? new Socket()),
      onConnect: (client) => this.#prepare(client as PoolClient),
    })
    // A connection that ends while nobody uses it, as when the server restarts, must not end this process.
    this.#pool.on('error', ignore)
  }

  /** The time at which a call that begins now ends. */
  deadline(): number {
    return now() + this.#timeout
  }

  /**
   * Executes a statement, which is one transaction.
   * @param lost what happens if the answer is lost: the statement is sent again, or the call fails.
   * @throws {LostAnswer} if it may have been executed; any other error if it was not.
   */
  async run(statement: Statement, deadline: number, lost: 'again' | 'fail'): Promise<readonly Row[]> {
    return this.#persist(deadline, lost, (ask) => ask(statement))
  }

  /** Has one connection to itself for several statements, which may be repeated together. */
  async session<Result>(deadline: number, work: (ask: Ask) => Promise<Result>): Promise<Result> {
    return this.#persist(deadline, 'again', work)
  }

  /** Ends all connections; calls that have begun get their answers, within their time. */
  close(): Promise<void> {
    this.#closing ??= this.#end()
    return this.#closing
  }

  async #persist<Result>(
    deadline: number,
    lost: 'again' | 'fail',
    work: (ask: Ask) => Promise<Result>,
  ): Promise<Result> {
    for (let wait = FIRST_PAUSE; ; wait = Math.min(2 * wait, PAUSE_MAX)) {
      try {
        return await this.#attempt(deadline, work)
      } catch (error) {
        const isWorthIt = error instanceof LostAnswer ? lost === 'again' : isPassing(error)
        if (!isWorthIt || now() + wait >= deadline) throw error
      }
      // Many calls may wait for the same server.
      await pause(wait * (0.5 + Math.random() / 2))
    }
  }

  async #attempt<Result>(deadline: number, work: (ask: Ask) => Promise<Result>): Promise<Result> {
    const client = await this.#acquire(deadline)
    let result: Result
    try {
      result = await work((statement) => ask(client, deadline, statement))
    } catch (error) {
      // A server that still answers has undone the statement; the last words of one that ends may come after a commit.
      const isUndone = isAnswer(error) ? await isAlive(client, deadline) : isUnsent(error)
      // It is not used again in either case: a transaction may be open.
      client.release(true)
      throw isUndone ? error : new LostAnswer(error)
    }
    client.release()
    return result
  }

  async #acquire(deadline: number): Promise<PoolClient> {
    if (this.#pool.waitingCount >= WAITING_MAX)
      throw new Error(`${WAITING_MAX} other calls wait for a connection`)
    const acquiring = this.#pool.connect()
    return new Promise((resolve, reject) => {
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        reject(new Error('no connection became free in time'))
      }, left(deadline))
      acquiring.then(
        (client) => {
          clearTimeout(timer)
          if (isLate) client.release()
          else resolve(client)
        },
        (error) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }

  /** Sets up a new connection. @throws {KmsError} if it only reads: what a standby has may be old. */
  async #prepare(client: PoolClient): Promise<void> {
    // The server gives up first, because its answer is certain.
    const limit = String(Math.ceil(this.#timeout / 2))
    const [row] = await ask(client, this.deadline(), {
      text: `SELECT set_config('statement_timeout', $1, false),
        set_config('idle_in_transaction_session_timeout', $1, false),
        pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS "isReadOnly"`,
      values: [limit],
    })
    if (row?.['isReadOnly'] !== false) {
      throw new KmsError('E_KMS_STORE', {
        what: 'the database can only be read',
        expected: 'a primary, and a role that may write',
        got: 'a standby, or default_transaction_read_only',
        hint: 'connect to the primary: what a standby has may be old',
      })
    }
  }

  /** Every socket ends: one on which nothing came or went for longer than a connection may be unused is dead. */
  #track(stream: Duplex): Duplex {
    this.#sockets.add(stream)
    stream.once('close', () => this.#sockets.delete(stream))
    if (stream instanceof Socket) stream.setTimeout(IDLE + 2 * this.#timeout, () => stream.destroy())
    return stream
  }

  async #end(): Promise<void> {
    const ended = new AbortController()
    const within = (milliseconds: number) =>
      pause(milliseconds, undefined, { signal: ended.signal }).catch(ignore)
    await Promise.race([this.#pool.end(), within(2 * this.#timeout)])
    const gone = Promise.all([...this.#sockets].map((socket) => once(socket, 'close').catch(ignore)))
    await Promise.race([gone, within(GOODBYE)])
    ended.abort()
    for (const socket of this.#sockets) socket.destroy()
  }
}

async function ask(
  client: PoolClient,
  deadline: number,
  { name, text, values }: Statement,
): Promise<readonly Row[]> {
  const query = { ...(name && { name }), text, ...(values && { values: [...values] }) }
  const { rows } = await client.query<Row>({ ...query, query_timeout: left(deadline) } as QueryConfig)
  return rows
}

/** Whether a connection still answers. */
async function isAlive(client: PoolClient, deadline: number): Promise<boolean> {
  return ask(client, deadline, { text: 'SELECT 1' }).then(
    () => true,
    // In a transaction that has failed every statement is refused, by a server that is there.
    (error) => codeOf(error) === '25P02',
  )
}
