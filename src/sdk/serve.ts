/**
 * An enclave's service: functions that the parent instance calls by name over vsock. Requests are hostile:
 * the functions get the decoded values, and must validate them themselves.
 */
import type { Handlers } from '../service/handlers.ts'
import { LARGEST_MESSAGE, MAX_MESSAGE } from '../service/protocol.ts'
import { functionOf, integerOf, objectOf, optionsOf } from './arguments.ts'
import { Session } from './service/session.ts'
import { listen } from './vsock.ts'

/** Options of `serve`. */
export interface ServeOptions {
  /** @default 5000 */
  readonly port?: number
  /** Maximum length of a request, a result or an item in bytes, from 1 KiB to 1 GiB. @default 67108864 */
  readonly maxMessage?: number
}

const PORT = 5000
/** Room for the code of an error. */
const LEAST_MESSAGE = 1024

/**
 * Serves `handlers` on every connection, as long as the enclave runs. If a function throws, the caller gets the error's
 * code and message, so neither may contain a secret; of an error without a code, the caller learns only that it
 * occurred. The error itself, with its stack, is written on the console, which can be read only in debug mode. A request
 * and a result may be async iterables. The second argument of a function has a `signal`, which aborts when the caller
 * no longer waits.
 *
 * @throws {VsockError} `address-in-use`, `invalid-argument`.
 * @throws {TypeError} for a handler that is not a function, or an unknown or invalid option.
 * @example
 * const handlers = { add: ({ a, b }) => a + b }
 * void serve(handlers, { port: 5901 })
 */
export async function serve(handlers: Handlers, options: ServeOptions = {}): Promise<void> {
  const functions = new Map(Object.entries(objectOf('handlers', handlers)))
  for (const [name, handler] of functions) functionOf(`handlers[${JSON.stringify(name)}]`, handler)
  const { port = PORT, maxMessage = MAX_MESSAGE } = optionsOf('the options of serve', options, [
    'port',
    'maxMessage',
  ])
  integerOf('maxMessage', maxMessage, LEAST_MESSAGE, LARGEST_MESSAGE)
  for await (const socket of listen(port)) void new Session(socket, functions, maxMessage).run()
}
