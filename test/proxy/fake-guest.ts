/** A proxy without an enclave: connections are made by the test, and it sees what becomes of them. */
import { openProxy, type ProxyOptions, type VsockProxy } from '../../src/proxy/index.ts'
import type { Address, CloseReason } from '../../src/vsock/address.ts'
import type { VsockSocket } from '../../src/vsock/socket.ts'

/** A guest's connection: the test speaks for the guest. */
export class FakeGuest {
  readonly closing: PromiseWithResolvers<CloseReason> = Promise.withResolvers<CloseReason>()
  readonly closed: Promise<CloseReason> = this.closing.promise
  readonly remote: Address = { cid: 4, port: 1024 }
  readonly heard: Uint8Array[] = []
  resets = 0
  #speak!: ReadableStreamDefaultController<Uint8Array>
  readonly readable: ReadableStream<Uint8Array> = new ReadableStream({
    start: (controller) => {
      this.#speak = controller
    },
  })
  readonly writable: WritableStream<Uint8Array> = new WritableStream({
    write: (chunk) => void this.heard.push(chunk),
  })

  say(bytes: Uint8Array): void {
    this.#speak.enqueue(bytes)
  }

  /** Ends the half that the guest speaks on. */
  end(): void {
    this.#speak.close()
  }

  reset(): void {
    this.resets += 1
    this.closing.resolve('reset')
  }
}

/** A proxy, and the parent's end of it. */
export interface ProxyInHand {
  proxy: VsockProxy
  listensOn: number | undefined
  /** Gives it a connection; resolves once that is over. */
  accept: (guest: FakeGuest) => Promise<void>
}

/** A proxy to `port` of this machine. */
export function proxyFor(port: number, more: Partial<ProxyOptions> = {}): ProxyInHand {
  const destination = { address: '127.0.0.1', port }
  let listened: { port: number; handler: (socket: VsockSocket) => void | Promise<void> } | undefined
  const proxy = openProxy(
    {
      listen(at, handler) {
        listened = { port: at, handler }
        const close = () => {}
        return { port: at, close, [Symbol.dispose]: close }
      },
    },
    { destination, allowlist: [destination], ...more },
  )
  return {
    proxy,
    listensOn: listened?.port,
    accept: async (guest: FakeGuest) => listened?.handler(guest as unknown as VsockSocket),
  }
}
