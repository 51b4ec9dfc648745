/** A user who runs proxies of the command line, and asks enclaves what they reach through them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect } from 'vitest'
import { connectTo } from '../../src/node/index.ts'
import { Home } from '../support/home.ts'
import { laboratoryImage } from '../support/laboratory.ts'
import type { Outcome } from '../support/qt.ts'

/** A running proxy, and all that it has printed. */
export interface Running {
  readonly child: ChildProcess
  printed: string
}

export class ProxyUser implements AsyncDisposable {
  readonly home: Home = new Home()
  /** An image whose enclave runs the code that it gets on port 5000. */
  readonly eif: string = join(this.home.path, 'laboratory.eif')
  /** The port of a TCP server on 127.0.0.1 that sends back what it gets. */
  port = 0
  readonly #server: Server
  #children: ChildProcess[] = []

  private constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) =>
      socket.on('error', () => {}).pipe(socket),
    )
    symlinkSync(readlinkSync(join(this.home.path, 'bin', 'qt')), join(this.home.path, 'bin', 'qproxy'))
  }

  static async create(): Promise<ProxyUser> {
    const user = new ProxyUser()
    user.#server.listen(0, '127.0.0.1')
    await once(user.#server, 'listening')
    user.port = (user.#server.address() as AddressInfo).port
    writeFileSync(user.eif, (await laboratoryImage()).eif)
    return user
  }

  startEnclave(...words: string[]): Promise<Outcome> {
    return this.home.qt('enclave', 'start', '--eif', this.eif, '--mem', '128', ...words)
  }

  /** Starts a proxy, until it listens or ends. */
  async follow(name: 'qt' | 'vsock-proxy' | 'qproxy', ...words: string[]): Promise<Running> {
    const child = spawn(join(this.home.path, 'bin', name), words, { env: this.home.env })
    const running: Running = { child, printed: '' }
    this.#children.push(child)
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (data) => {
        running.printed += data
      })
    await Promise.race([
      expect.poll(() => running.printed).toContain('"listening"'),
      once(child, 'close').then(() => {}),
    ])
    return running
  }

  /** What the enclave gets that sends `sent` to the port of its parent; or the code of the error. */
  async ask(enclave: number, at: number, ...sent: string[]): Promise<unknown> {
    const stream = await connectTo(this.home.vsock(enclave), 5000)
    stream.end(`try {
      const socket = await sdk.vsock.connect(${at})
      let answer = ''
      for (const text of ${JSON.stringify(sent)}) {
        await socket.write(new TextEncoder().encode(text))
        answer += new TextDecoder().decode(await socket.read())
      }
      socket.close()
      return answer
    } catch ({ code }) { return code }`)
    return (JSON.parse(await text(stream)) as { value?: unknown }).value
  }

  /** Ends the proxies. */
  async endProxies(): Promise<void> {
    for (const child of this.#children) {
      const closed = child.exitCode === null && child.signalCode === null && once(child, 'close')
      child.kill('SIGINT')
      await closed
    }
    this.#children = []
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endProxies()
    await this.home[Symbol.asyncDispose]()
    this.#server.close()
  }
}
