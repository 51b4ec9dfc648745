/** hono: requests to an application without a server, some of them with a token. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { jwt, sign } from 'hono/jwt'

export default async function main() {
  const app = new Hono()
  app.get('/hello/:name', (context) =>
    context.json({ hello: context.req.param('name'), q: context.req.query('q') }),
  )
  app.post('/echo', async (context) => context.text(await context.req.text(), 201))
  app.get('/teapot', () => {
    throw new HTTPException(418, { message: 'teapot' })
  })
  app.use('/private/*', jwt({ secret: 'secret', alg: 'HS256' }))
  app.get('/private/page', (context) => context.text('private'))
  const found = await app.request('/hello/world?q=1')
  const body = await found.json()
  if (found.status !== 200 || body.hello !== 'world' || body.q !== '1') throw new Error('get')
  const posted = await app.request('/echo', { method: 'POST', body: 'text' })
  if (posted.status !== 201 || (await posted.text()) !== 'text') throw new Error('post')
  if ((await app.request('/teapot')).status !== 418 || (await app.request('/nothing')).status !== 404)
    throw new Error('status')
  const authorization = `Bearer ${await sign({ sub: '1' }, 'secret')}`
  if ((await app.request('/private/page')).status !== 401) throw new Error('401')
  if ((await app.request('/private/page', { headers: { authorization } })).status !== 200)
    throw new Error('jwt')
}
