/** The parts of hono, each behind a route of its own. */
import { Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { bearerAuth } from 'hono/bearer-auth'
import { bodyLimit } from 'hono/body-limit'
import { cache } from 'hono/cache'
import { upgradeWebSocket } from 'hono/cloudflare-workers'
import { compress } from 'hono/compress'
import { contextStorage, getContext } from 'hono/context-storage'
import { getSignedCookie, setSignedCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { csrf } from 'hono/csrf'
import { etag } from 'hono/etag'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { jwt, sign } from 'hono/jwt'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import { serveStatic } from 'hono/serve-static'
import { streamSSE, streamText } from 'hono/streaming'
import { timeout } from 'hono/timeout'
import { timing } from 'hono/timing'
import { validator } from 'hono/validator'
import { readFile, serveHttp } from 'webclave/sdk'

const SECRET = 'secret'
/** Longer than what is not worth compressing. */
const LONG = 'abcdefgh'.repeat(1000)
const app = new Hono()
app.onError((error, context) =>
  error instanceof HTTPException ? error.getResponse() : context.text(`${error}`, 500),
)

app.get('/basic-auth', basicAuth({ username: 'a', password: 'b' }), (context) => context.text('in'))
app.get('/bearer-auth', bearerAuth({ token: 'token' }), (context) => context.text('in'))
app.post('/body-limit', bodyLimit({ maxSize: 10 }), async (context) => context.text(await context.req.text()))
app.get(
  '/cache',
  (context, next) => cache({ cacheName: 'a' })(context, next),
  (context) => context.text('in'),
)
app.get('/compress', compress(), (context) => context.text(LONG))
app.get('/context-storage', contextStorage(), (context) => context.text(`${getContext() === context}`))
app.get('/cookie', async (context) => {
  await setSignedCookie(context, 'a', 'b', SECRET)
  return context.text('set')
})
app.get('/cookie/read', async (context) => context.text(`${await getSignedCookie(context, SECRET, 'a')}`))
app.get('/cors', cors({ origin: 'https://a.example' }), (context) => context.text('in'))
app.post('/csrf', csrf({ origin: 'https://a.example' }), (context) => context.text('in'))
app.get('/etag', etag(), (context) => context.text('in'))
app.get('/html', (context) => context.html(html`<p>${'<a>'}</p>`))
app.get('/jwt/sign', async (context) => context.text(await sign({ sub: 'a' }, SECRET, 'HS256')))
app.get('/jwt', jwt({ secret: SECRET, alg: 'HS256' }), (context) =>
  context.json(context.get('jwtPayload') as object),
)
app.get('/request-id', requestId(), (context) => context.text(context.get('requestId')))
app.get('/secure-headers', secureHeaders(), (context) => context.text('in'))
app.get('/serve-static/*', (context, next) => {
  const getContent = async (path: string) => readFile(path.replace(/^.*serve-static\//, '')) ?? null
  return serveStatic({ getContent: getContent as never })(context, next)
})
app.get('/sse', (context) =>
  streamSSE(context, async (stream) => {
    for (const data of ['a', 'b']) {
      await stream.writeSSE({ data })
      await stream.sleep(1)
    }
  }),
)
app.get('/streaming', (context) =>
  streamText(context, async (stream) => {
    await stream.write('a')
    await stream.sleep(1)
    await stream.write('b')
  }),
)
app.get('/timeout', timeout(20), () => new Promise(() => {}))
app.get('/timing', timing(), (context) => context.text('in'))
app.post(
  '/validator',
  validator('json', (value, context) => (value.a === 1 ? value : context.text('bad', 400))),
  (context) => context.json(context.req.valid('json')),
)
app.get('/websocket', (context, next) => upgradeWebSocket(() => ({}))(context, next))

export default (): Promise<void> => serveHttp(app.fetch)
