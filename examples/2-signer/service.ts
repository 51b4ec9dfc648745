/** The HTTP service: `POST /sign` and `GET /stats`. */
import Fastify, { type FastifyInstance } from 'fastify'
import type { Signer } from './signer.ts'

/** What the client of a call may do about an error of the pool. */
const STATUS: Readonly<Record<string, number>> = {
  E_POOL_BUSY: 503,
  E_POOL_CLOSED: 503,
  E_POOL_FAILED: 503,
  E_POOL_LOST: 502,
  E_SERVICE_DEADLINE: 504,
}

const body = {
  type: 'object',
  required: ['message'],
  properties: { message: { type: 'string', maxLength: 65536 } },
} as const

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

export function createService(signer: Signer): FastifyInstance {
  const app = Fastify()

  app.post<{ Body: { message: string } }>('/sign', { schema: { body } }, async (request) => {
    const { signature, publicKey } = await signer.sign(new TextEncoder().encode(request.body.message))
    return { signature: base64(signature), publicKey: base64(publicKey) }
  })

  app.get('/stats', async () => signer.stats())

  app.setErrorHandler<Error & { code?: string }>((error, _request, reply) => {
    const status = STATUS[error.code ?? '']
    if (status === undefined) return reply.send(error)
    if (status === 503) reply.header('retry-after', '1')
    return reply.code(status).send({ code: error.code })
  })

  return app
}
