/** A relay before a server that can stop to forward, lose what it holds, or deliver it late, as a bad network does. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What a connection does not forward. */
export type Held = 'nothing' | 'requests' | 'answers' | 'both'

/** One connection: both ends, and what waits for them. */
class Link {
  held: Held
  readonly #client: Socket
  readonly #server: Socket
  readonly #requests: Buffer[] = []
  readonly #answers: Buffer[] = []

  constructor(client: Socket, server: Socket, held: Held) {
    this.held = held
    this.#client = client
    this.#server = server
    const pass = (from: Socket, waiting: Buffer[]) =>
      from.on('data', (data: Buffer) => {
        waiting.push(data)
        this.forward()
      })
    pass(client, this.#requests)
    pass(server, this.#answers)
    // What a client sent before it was gone may still arrive.
    client.on('close', () => {
      if (this.held === 'nothing') server.end()
    })
    server.on('close', () => {
      if (this.held === 'nothing') client.destroy()
    })
    for (const socket of [client, server]) socket.on('error', () => {})
  }

  forward(): void {
    if (this.held === 'nothing' || this.held === 'answers')
      for (const data of this.#requests.splice(0)) this.#server.write(data)
    if (this.held === 'nothing' || this.held === 'requests')
      for (const data of this.#answers.splice(0)) if (this.#client.writable) this.#client.write(data)
    if (this.held === 'nothing' && this.#client.destroyed) this.#server.end()
  }

  /** Ends the connection with `words` in place of what was held. */
  endWith(words: Uint8Array): void {
    this.#client.end(words)
    this.#server.destroy()
  }

  destroy(): void {
    this.#client.destroy()
    this.#server.destroy()
  }
}

/** A relay; see the file comment. */
export class Relay implements AsyncDisposable {
  readonly #server: Server
  readonly #links = new Set<Link>()
  #next: Held = 'nothing'

  private constructor(server: Server) {
    this.#server = server
  }

  /** Relays from a port of this host to the Unix socket `path`. */
  static async start(path: string): Promise<Relay> {
    const server = createServer()
    const relay = new Relay(server)
    server.on('connection', (client) => relay.#links.add(new Link(client, connect(path), relay.#next)))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return relay
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** From now on does not forward `held` on the connections there are, and `next` on new ones. */
  hold(held: Held, next: Held): void {
    this.#next = next
    for (const link of this.#links) {
      link.held = held
      link.forward()
    }
  }

  /** Ends all connections as a server does that crashes after it has executed what it was sent. */
  crash(): void {
    const fields = ['SFATAL', 'VFATAL', 'C57P02', 'Mterminating connection', '']
      .map((field) => `${field}\0`)
      .join('')
    const words = Buffer.concat([Buffer.from('E'), Buffer.alloc(4), Buffer.from(fields)])
    words.writeUInt32BE(words.byteLength - 1, 1)
    for (const link of this.#links) link.endWith(words)
    this.#links.clear()
  }

  /** Ends all connections. */
  cut(): void {
    for (const link of this.#links) link.destroy()
    this.#links.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
