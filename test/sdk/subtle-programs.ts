/** Programs of crypto.subtle that run in Node and in an enclave. */
import type { Laboratory } from '../support/laboratory.ts'

/** What every program may use. `outcome` is the result as hexadecimal, or the name of the error. */
const HELPERS = `const { subtle } = crypto
const bytes = (length, from = 1) => Uint8Array.from({ length }, (_, at) => (7 * at + from) % 256)
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const of = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
const raw = (length, algorithm, usages, extractable = true) => subtle.importKey('raw', bytes(length), algorithm, extractable, usages)
const outcome = (work) => work().then((value) => value instanceof ArrayBuffer ? hex(value) : value, (error) => error.name)
const each = (list, work) => Promise.all(list.map((one) => outcome(async () => work(one))))
`
const AsyncFunction = (async () => {}).constructor as new (code: string) => () => Promise<unknown>
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

/** What the program returns in Node. */
export const runInNode = async (code: string): Promise<unknown> =>
  plain(await new AsyncFunction(HELPERS + code)())

/** What it returns in an enclave. */
export const runIn = async (lab: Laboratory, code: string): Promise<unknown> =>
  plain(await lab.run(HELPERS + code))
