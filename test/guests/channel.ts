/** An enclave with an attested channel: an application of hono, calls, and a log of what was executed. */
import { Hono } from 'hono'
import { attestedChannel, env, serveHttp } from 'webclave/sdk'
import { xWing } from 'webclave/sdk/x-wing'

const executed: string[] = []
let kept: Response | undefined
const noted = (name: string) => executed.push(name)

const app = new Hono()
  .get('/hello', (context) => context.text('hello'))
  .post('/echo', (context) => new Response(context.req.raw.body, { headers: { 'x-inner': 'secret-header' } }))
  .post('/length', async (context) => context.json((await context.req.arrayBuffer()).byteLength))
  .get('/bytes/:length', (context) => new Response(new Uint8Array(Number(context.req.param('length')))))
  .post('/count', (context) => context.json(noted('count')))
  .post('/ticks', () => new Response(ticks()))
  .get('/kept', () => {
    kept ??= new Response('kept')
    return kept
  })
  .get('/half-read', async () => {
    const response = new Response('half')
    const reader = response.body!.getReader({ mode: 'byob' })
    await reader.read(new Uint8Array(2))
    reader.releaseLock()
    return response
  })

/** A stream that gives a line for each time that it is read. */
function ticks(): ReadableStream<Uint8Array> {
  let count = 0
  return new ReadableStream({
    async pull(controller) {
      if (count === 3) return controller.close()
      await new Promise((resolve) => setTimeout(resolve, 1))
      controller.enqueue(new TextEncoder().encode(`tick ${count++}\n`))
    },
  })
}

/** The functions, as their callers see them. */
export type ChannelHandlers = {
  readonly add: (request: { a: number; b: number }) => number
  readonly echo: (value: unknown) => unknown
  readonly count: () => number
  readonly executed: () => string[]
  readonly fail: (request: { code: string }) => never
  readonly numbers: (request: { to: number }) => AsyncIterable<number>
  readonly sum: (items: AsyncIterable<number>) => Promise<number>
  readonly doubled: (items: AsyncIterable<number>) => AsyncIterable<number>
  readonly never: (request: unknown, context: { signal: AbortSignal }) => Promise<unknown>
}

const handlers: ChannelHandlers = {
  add: ({ a, b }: { a: number; b: number }) => a + b,
  echo: (value: unknown) => value,
  count: () => noted('call'),
  executed: () => executed,
  fail: ({ code }: { code: string }) => {
    throw Object.assign(new Error(`${code}: on purpose`), { code })
  },
  async *numbers({ to }: { to: number }) {
    for (let count = 0; count < to; count++) yield count
  },
  async sum(items: AsyncIterable<number>) {
    let sum = 0
    for await (const item of items) sum += item
    return sum
  },
  async *doubled(items: AsyncIterable<number>) {
    for await (const item of items) yield 2 * item
  },
  never: (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => {
      noted('begun')
      signal.addEventListener('abort', () => {
        noted('aborted')
        reject(signal.reason)
      })
    }),
}

const exchangesPerKey = Number(env()['EXCHANGES'] ?? 65_536)
const fetch = (request: Request) => app.fetch(request)
export default (): Promise<void> =>
  serveHttp(
    attestedChannel(fetch, {
      calls: handlers,
      exchangesPerKey,
      ...(env()['X_WING'] && { kems: [xWing] }),
      cors: '*',
    }),
  )
