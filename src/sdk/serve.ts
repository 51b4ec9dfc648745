/**
 * An enclave's service: functions that the parent instance calls by name over vsock. Requests are hostile:
 * the functions get the decoded values, and must validate them themselves.
 */
import { EnclaveError } from '../base/error.ts'
import { encodeFrame, readFrames } from '../service/frame.ts'
import type { Handlers } from '../service/handlers.ts'
import { listen, type Socket } from './vsock.ts'

/** Options of `serve`. */
export interface ServeOptions {
  /** @default 5000 */
  readonly port?: number
}

const PORT = 5000
/** Concurrent calls per connection; the next is read when one is done. */
const MAX_CALLS = 16

/**
 * Serves `handlers` on every connection, as long as the enclave runs. If a function throws, the caller gets the error's
 * code and message, so neither may contain a secret; of an error without a code, the caller learns only that it
 * occurred. The error itself, with its stack, is written on the console, which can be read only in debug mode.
 *
 * @throws {VsockError} `address-in-use`, `invalid-argument`.
 * @example
 * const handlers = { add: ({ a, b }) => a + b }
 * void serve(handlers, { port: 5901 })
 */
export async function serve(handlers: Handlers, { port = PORT }: ServeOptions = {}): Promise<void> {
  for await (const socket of listen(port)) {
    serveSocket(socket, handlers).catch(() => socket.close())
  }
}

async function serveSocket(socket: Socket, handlers: Handlers): Promise<void> {
  const calls = new Set<Promise<void>>()
  for await (const { values } of readFrames(socket)) {
    const [id, method, request] = values
    const call = answer(handlers, id, method, request)
      .then((frame) => socket.write(frame))
      .catch(() => socket.close())
      .finally(() => calls.delete(call))
    calls.add(call)
    if (calls.size >= MAX_CALLS) await Promise.race(calls)
  }
  await Promise.all(calls)
  socket.close()
}

async function answer(handlers: Handlers, id: unknown, method: unknown, request: unknown) {
  if (typeof method !== 'string' || !Object.hasOwn(handlers, method)) {
    const error = new EnclaveError('E_SERVICE_METHOD', {
      what: 'the service has no such function',
      expected: Object.keys(handlers).join(', '),
      got: String(method).slice(0, 80),
    })
    return encodeFrame([id, false, error.code, error.message])
  }
  try {
    return encodeFrame([id, true, await handlers[method]!(request)])
  } catch (error) {
    console.error(`serve: ${method} threw`, error)
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
    return typeof code === 'string'
      ? encodeFrame([id, false, code, String(message)])
      : encodeFrame([id, false, 'E_SERVICE_FAILED', 'E_SERVICE_FAILED: the service failed'])
  }
}
