/** The connections of an HTTP server: no more than it may have, and none whose client does nothing or has left. */
import { soon } from '../../http1/body-writer.ts'
import type { ByteSocket } from '../../network/host.ts'
import type { HttpHandler } from './exchange.ts'
import type { HttpSettings } from './options.ts'
import { Refusal } from './refusal.ts'
import { HttpSession } from './session.ts'

/** How often idle connections, and handlers that are late, are looked for within the time that they have. */
const LOOKS = 4

/** Handlers that may run for each connection that may be there: those of clients that have left may go on for long. */
const HANDLERS = 8

export class HttpSessions {
  readonly #handler: HttpHandler
  readonly #settings: HttpSettings
  readonly #running = new Set<HttpSession>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(handler: HttpHandler, settings: HttpSettings) {
    this.#handler = bounded(handler, HANDLERS * settings.maxConnections)
    this.#settings = settings
  }

  /** The number of connections. */
  get size(): number {
    return this.#running.size
  }

  /** Serves a connection. */
  begin(socket: ByteSocket): void {
    const session = new HttpSession(socket, this.#handler, this.#settings)
    if (this.#running.size >= this.#settings.maxConnections) {
      void refuse(session)
      return
    }
    this.#running.add(session)
    this.#timer ??= this.#lookLater()
    void session.run().then(() => this.#end(session))
  }

  #end(session: HttpSession): void {
    this.#running.delete(session)
    if (this.#running.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #lookLater(): ReturnType<typeof setTimeout> {
    const { idleTimeout, handlerTimeout } = this.#settings
    return setTimeout(
      () => {
        const now = performance.now()
        for (const session of this.#running) session.look(now)
        this.#timer = this.#running.size > 0 ? this.#lookLater() : undefined
      },
      Math.ceil(Math.min(idleTimeout, handlerTimeout) / LOOKS),
    )
  }
}

/** `handler`, but no more than `most` at a time. */
function bounded(handler: HttpHandler, most: number): HttpHandler {
  let running = 0
  const end = () => {
    running -= 1
  }
  return (request) => {
    if (running >= most) return new Response('503: too many handlers have not ended\n', { status: 503 })
    const answer = handler(request)
    if (answer instanceof Response) return answer
    running += 1
    Promise.resolve(answer).then(end, end)
    return answer
  }
}

/** A client that does not take it at once gets nothing: it is not to cost more than one that is served. */
async function refuse(session: HttpSession): Promise<void> {
  await soon(session.refuse(new Refusal(503, 'too many connections'))).catch(() => {})
  session.close()
}
