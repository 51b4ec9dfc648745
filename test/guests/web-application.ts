/** An application of hono in an enclave: routes, JSON, forms, streams, middleware, errors. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { serveHttp } from 'webclave/sdk'

const PIECE = 65_536
const app = new Hono()
let open = 0

app.use('*', async (context, next) => {
  await next()
  context.header('x-served', 'enclave')
})
app.get('/hello/:name', (context) =>
  context.json({ hello: context.req.param('name'), q: context.req.query('q') ?? '' }),
)
app.post('/json', async (context) => context.json(await context.req.json(), 201))
app.post('/form', async (context) => context.json(await context.req.parseBody()))
app.all(
  '/echo',
  (context) => new Response(context.req.raw.body, { headers: { 'content-type': 'application/x-echo' } }),
)
app.post('/whole', async (context) => new Response(await context.req.arrayBuffer()))
app.get('/headers', (context) => context.json(context.req.header()))
app.get('/cookies', (context) => {
  context.header('set-cookie', 'a=1', { append: true })
  context.header('set-cookie', 'b=2', { append: true })
  return context.body(null, 204)
})
/** So many bytes, made as they are wanted. */
app.get('/bytes/:length', (context) => {
  let left = Number(context.req.param('length'))
  return new Response(
    new ReadableStream({
      pull(controller) {
        if (left <= 0) return controller.close()
        controller.enqueue(new Uint8Array(Math.min(left, PIECE)).fill(7))
        left -= PIECE
      },
    }),
  )
})
/** The number of bytes, which are read and dropped. */
app.post('/length', async (context) => {
  let length = 0
  for await (const piece of context.req.raw.body!) length += piece.length
  return context.text(`${length}`)
})
/** A body of five bytes, of which the length is announced. */
app.get('/announced/:length', (context) => {
  const headers = { 'content-length': context.req.param('length') }
  return new Response('hello', { headers })
})
app.get('/empty', () => new Response(''))
app.get('/was-read', async () => {
  const response = new Response('hello')
  await response.text()
  return response
})
app.get('/fails', () => {
  throw new HTTPException(418, { message: 'short and stout' })
})
app.get('/throws', () => {
  throw new Error('a secret')
})
app.get('/breaks', () => {
  let count = 0
  const pull = (controller: ReadableStreamDefaultController) => {
    if (count++ < 3) controller.enqueue(new Uint8Array(PIECE))
    else controller.error(new Error('a secret'))
  }
  return new Response(new ReadableStream({ pull }))
})
/** Never ends, until its client leaves. */
app.get('/endless', (context) => {
  open += 1
  context.req.raw.signal.addEventListener('abort', () => {
    open -= 1
  })
  return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) }))
})
app.get('/waits', async (context) => {
  const { signal } = context.req.raw
  open += 1
  await new Promise((resolve) => signal.addEventListener('abort', resolve))
  open -= 1
  return context.text('late')
})
app.get('/open', (context) => context.text(`${open}`))

export default (): Promise<void> => serveHttp(app.fetch, { maxBody: 2 ** 30 })
