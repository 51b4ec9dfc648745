/** The application of the enclaves of these tests, in two versions, which have different PCRs. */
import { buildImage } from '../../src/image/index.ts'
import type { Handlers } from '../../src/service/handlers.ts'

export interface Service extends Handlers {
  add(request: { a: number; b: number }): number
  version(): number
  /** Counts a call by its name, and answers only when the caller has given up. */
  hang(name: string): Promise<never>
  /** Counts a call by its name. */
  mark(name: string): void
  /** How often a name was counted. */
  count(name: string): number
  stop(): void
  double(numbers: AsyncIterable<number>): AsyncIterable<number>
}

const source = (version: number) => `
import { attestedChannel, serveHttp } from 'webclave/sdk'
const counts = new Map()
const note = (name) => counts.set(name, (counts.get(name) ?? 0) + 1)
const calls = {
  add: ({ a, b }) => a + b,
  version: () => ${version},
  hang: (name, { signal }) => new Promise((_, reject) => { note(name); signal.onabort = () => reject(signal.reason) }),
  mark: (name) => void note(name),
  count: (name) => counts.get(name) ?? 0,
  stop: () => { setTimeout(() => process.exit(0)) },
  double: async function* (numbers) { for await (const number of numbers) yield 2 * number },
}
const handler = async (request) => new Response((await request.text()).toUpperCase())
export default () => serveHttp(attestedChannel(handler, { calls }))
`

export async function fleetImage(version = 1): Promise<Uint8Array<ArrayBuffer>> {
  return (await buildImage({ app: { source: source(version) } })).eif
}
