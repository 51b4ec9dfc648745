/** An HTTPS server that answers with 1 KiB; with `x-close` it closes the connection afterwards. Prints its port. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

const BODY = Buffer.alloc(1024, 'x')

process.once('message', (credentials: { key: string; cert: string }) => {
  const server = createServer(credentials, (request, response) => {
    if (request.headers['x-close']) response.setHeader('connection', 'close')
    response.setHeader('content-type', 'text/plain')
    response.end(BODY)
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
})
