/** A proxy without an enclave: the test makes the connections. */
import { openProxy, type ProxyOptions, type VsockProxy } from '../../src/proxy/index.ts'
import type { Address, CloseReason } from '../../src/vsock/address.ts'
import type { VsockSocket } from '../../src/vsock/socket.ts'

/** A simulated connection of a guest. */
export class FakeGuest {
  readonly closing: PromiseWithResolvers<CloseReason> = Promise.withResolvers<CloseReason>()
  readonly closed: Promise<CloseReason> = this.closing.promise
  readonly remote: Address
  readonly received: Uint8Array[] = []
  resets = 0
  #controller!: ReadableStreamDefaultController<Uint8Array>
  readonly readable: ReadableStream<Uint8Array> = new ReadableStream({
    start: (controller) => {
      this.#controller = controller
    },
  })
  readonly writable: WritableStream<Uint8Array> = new WritableStream({
    write: (chunk) => void this.received.push(chunk),
  })

  constructor(cid = 4) {
    this.remote = { cid, port: 1024 }
  }

  send(bytes: Uint8Array): void {
    this.#controller.enqueue(bytes)
  }

  /** Ends the guest's sending side. */
  end(): void {
    this.#controller.close()
  }

  reset(): void {
    this.resets += 1
    this.closing.resolve('reset')
  }
}

/** A proxy, and the port and handler that it gave its parent. */
export interface ProxyInHand {
  proxy: VsockProxy
  listensOn: number | undefined
  /** Passes a connection to the proxy; resolves when the connection has ended. */
  accept: (guest: FakeGuest) => Promise<void>
}

/** A proxy to `port` of this host. */
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
