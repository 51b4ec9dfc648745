/** The options of `enclaveFetch`, and their checks. */
import { EnclaveError } from '../base/error.ts'
import { unknownOption } from '../base/unknown-option.ts'

/** Options of `enclaveFetch`. */
export interface FrontOptions {
  /** The vsock port of `serveHttp`. @default 8080 */
  readonly port?: number
  /** Connections to the enclave at a time, up to 65536. @default 64 */
  readonly maxConnections?: number
  /** Requests that wait for a connection; more are refused with E_HTTP_BUSY. @default 1024 */
  readonly maxQueue?: number
  /**
   * Milliseconds within which a response must begin, and then between two pieces of request or response; also those after which
   * a response is given up whose body nobody reads. Infinity: no limit. @default 300000
   */
  readonly timeout?: number
  /** Milliseconds for which an unused connection is kept. @default 30000 */
  readonly keepAlive?: number
  /** Milliseconds within which the program must listen for the first request. @default 10000 */
  readonly readyTimeout?: number
}

/** All of them. */
export type FrontSettings = Required<FrontOptions>

const MAX_PORT = 0xffffffff
const SETTINGS: Readonly<
  Record<keyof FrontSettings, readonly [standard: number, least: number, most: number]>
> = {
  port: [8080, 0, MAX_PORT],
  maxConnections: [64, 1, 65_536],
  maxQueue: [1024, 0, 1_000_000],
  timeout: [300_000, 1, Number.POSITIVE_INFINITY],
  keepAlive: [30_000, 0, Number.MAX_SAFE_INTEGER],
  readyTimeout: [10_000, 0, Number.MAX_SAFE_INTEGER],
}

/** @throws {EnclaveError} E_HTTP_OPTION */
export function frontSettings(options: FrontOptions): FrontSettings {
  if (typeof options !== 'object' || options === null)
    throw invalid('the options are no object', 'an object', options)
  const unknown = unknownOption(options, SETTINGS)
  if (unknown !== undefined)
    throw invalid(`there is no option ${unknown.slice(0, 80)}`, Object.keys(SETTINGS).join(', '), options)
  const entries = Object.entries(SETTINGS).map(([name, [standard, least, most]]) => {
    const value: unknown = options[name as keyof FrontOptions] ?? standard
    const isWhole = Number.isInteger(value) || value === Number.POSITIVE_INFINITY
    if (typeof value === 'number' && isWhole && value >= least && value <= most) return [name, value]
    throw invalid(`the option ${name} is invalid`, `an integer from ${least} to ${most}`, value)
  })
  return Object.fromEntries(entries) as FrontSettings
}

export function invalid(what: string, expected: string, got: unknown): EnclaveError {
  return new EnclaveError('E_HTTP_OPTION', {
    what,
    expected,
    got: typeof got === 'number' ? String(got) : got === null ? 'null' : typeof got,
  })
}
