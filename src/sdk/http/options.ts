/** The options of `serveHttp`. */
import { integerOf, optionsOf } from '../arguments.ts'

/** Options of `serveHttp`. What a client exceeds is refused with a status, and its connection is closed. */
export interface HttpServeOptions {
  /** The vsock port. @default 8080 */
  readonly port?: number
  /** Bytes of a request's first line and headers, from 256 to 1 MiB: 431, or 414 if the first line is longer. @default 16384 */
  readonly maxHead?: number
  /** Headers of a request: 431. @default 100 */
  readonly maxFields?: number
  /** Bytes of a request's body: 413. @default 67108864 */
  readonly maxBody?: number
  /**
   * Connections at a time: 503. Handlers go on when their client has left; eight times as many may run before requests get 503.
   * @default 256
   */
  readonly maxConnections?: number
  /** Requests over one connection, which is then closed. @default as many as the client sends */
  readonly maxRequests?: number
  /**
   * Milliseconds without progress after which a connection is closed: a head that is not complete, a body of which nothing
   * comes, a response of which nothing is read, or no next request. The time of the handler does not count. @default 120000
   */
  readonly idleTimeout?: number
  /**
   * Milliseconds within which the handler must give its Response, from the request or the last piece of its body on: 504, and
   * `request.signal` aborts. The body of a response may take longer. @default 300000
   */
  readonly handlerTimeout?: number
}

/** All of them. */
export type HttpSettings = Required<Omit<HttpServeOptions, 'port'>>

const MIB = 1 << 20
const MANY = Number.MAX_SAFE_INTEGER
/** Each with its default, its least and its greatest value. */
const SETTINGS: Readonly<
  Record<keyof HttpSettings, readonly [standard: number, least: number, most: number]>
> = {
  maxHead: [16_384, 256, MIB],
  maxFields: [100, 1, 10_000],
  maxBody: [64 * MIB, 0, MANY],
  maxConnections: [256, 1, 65_536],
  maxRequests: [MANY, 1, MANY],
  idleTimeout: [120_000, 1, 0x7fffffff],
  handlerTimeout: [300_000, 1, 0x7fffffff],
}
const PORT = 8080

/** @throws {TypeError} for an unknown or an invalid option */
export function httpSettings(given: HttpServeOptions): { port: number; settings: HttpSettings } {
  const options = optionsOf('the options of serveHttp', given, ['port', ...Object.keys(SETTINGS)])
  const settings = Object.fromEntries(
    Object.entries(SETTINGS).map(([name, [standard, least, most]]) => {
      const value = options[name as keyof HttpSettings] ?? standard
      return [name, integerOf(name, value, least, most)]
    }),
  )
  return { port: options.port ?? PORT, settings: settings as unknown as HttpSettings }
}
