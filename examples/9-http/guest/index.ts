import { Hono } from 'hono'
import { attestedChannel, serveHttp } from 'webclave/sdk'

const app = new Hono()

app.get('/hello/:name', (context) => context.json({ hello: context.req.param('name') }))

/** Counts words without holding the text. */
app.post('/words', async (context) => {
  let words = 0
  let isInside = false
  for await (const piece of context.req.raw.body ?? [])
    for (const byte of piece) {
      const isLetter = byte > 32
      if (isLetter && !isInside) words += 1
      isInside = isLetter
    }
  return context.json({ words })
})

// For the host, which reads what it asks: port 8080.
void serveHttp(app.fetch)

// For callers who do not trust the host.
const sealed = attestedChannel((request) => app.fetch(request))
export default (): Promise<void> => serveHttp(sealed, { port: 8081 })
