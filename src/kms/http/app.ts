/**
 * The KMS over HTTP: one application for Node and for a tab, which speaks both clouds' forms. A request must be signed by
 * an access key that the service knows, its body is bounded before it is read, and its answer is signed by the KMS where
 * it asks for that (`message-signature.ts`). Requests are hostile.
 *
 * Beside the clouds' operations it has `POST /webclave/nonce`, which gives a nonce for an attestation document, and
 * `GET /webclave/identity`, which gives the KMS's public key; a key that comes this way is no reason to trust it.
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { toBase64 } from '../../attestation/x509/pem.ts'
import { KmsError } from '../error.ts'
import { type Kms, readCaller } from '../kms.ts'
import type { Caller } from '../policy/request.ts'
import { answerAws, refuseAws } from './aws/app.ts'
import { verifyAwsRequest } from './aws/signature.ts'
import { type AccessKey, Credentials } from './credentials.ts'
import { answerHuawei, refuseHuawei } from './huawei/app.ts'
import { verifyHuaweiRequest } from './huawei/signature.ts'
import { matchesDigest, signAnswer } from './message-signature.ts'
import type { Explain } from './refusal.ts'
import { readRequest } from './request.ts'

/** An attestation document of 256 KiB in base64, and room for the rest. */
export const BODY_BYTES_MAX: number = 512 * 1024

/** How a KMS is served. */
export interface KmsAppOptions {
  /** Whose requests are answered. @default nobody's */
  readonly accessKeys?: readonly AccessKey[]
  /** Who calls where a request is not signed at all. @default such a request is refused */
  readonly unsigned?: Caller
  /** What callers are told of a refusal by policy. @default 'summary' */
  readonly explain?: Explain
  /** The clock, in milliseconds since 1970. @default the machine's */
  readonly now?: () => number
}

/**
 * The application.
 *
 * @throws {KmsError} E_KMS_CONFIG, E_KMS_POLICY
 * @example
 * await using kms = await Kms.open()
 * const app = createKmsApp(kms, { unsigned: { principal: 'arn:aws:iam::000000000000:root' } })
 * const answer = await app.request('/', {
 *   method: 'POST', headers: { 'X-Amz-Target': 'TrentService.ListKeys' }, body: '{}',
 * })
 * answer.status // 400
 */
export function createKmsApp(kms: Kms, options: KmsAppOptions = {}): Hono {
  const credentials = new Credentials(options.accessKeys ?? [])
  const unsigned = options.unsigned && readCaller(options.unsigned)
  const explain = options.explain ?? 'summary'
  const now = options.now ?? Date.now
  const app = new Hono()

  const aws = { verify: verifyAwsRequest, answer: answerAws, refuse: refuseAws }
  const huawei = { verify: verifyHuaweiRequest, answer: answerHuawei, refuse: refuseHuawei }
  const formOf = (path: string) => (path.startsWith('/v1.0/') ? huawei : aws)

  const serve = async (context: Context): Promise<Response> => {
    const { verify, answer, refuse } = formOf(context.req.path)
    try {
      const request = await readRequest(context)
      const isUnsigned = unsigned !== undefined && !request.headers.has('authorization')
      const caller = isUnsigned ? unsigned : await verify(request, credentials, now())
      return await answer(kms, context, request, caller)
    } catch (error) {
      return refuse(context, error, explain)
    }
  }

  app.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: (context) => {
        const expected = `at most ${BODY_BYTES_MAX} bytes`
        const error = new KmsError('E_KMS_REQUEST', { what: 'the body is too long', expected })
        return formOf(context.req.path).refuse(context, error, explain)
      },
    }),
  )
  app.use(async (context, next) => {
    const claimed = context.req.header('content-digest')
    if (claimed === undefined) return next()
    const { method, path, body } = await readRequest(context)
    if (await matchesDigest(claimed, body)) await next()
    else context.res = context.json({ message: 'Content-Digest is not the SHA-256 of the body' }, 400)
    const { status } = context.res
    const answered = new Uint8Array(await context.res.arrayBuffer())
    const headers = await signAnswer(
      kms.signer,
      { method, path, contentDigest: claimed },
      { status, body: answered },
      now(),
    )
    context.res = new Response(answered, {
      status,
      headers: { ...Object.fromEntries(context.res.headers), ...headers },
    })
  })
  app.get('/webclave/identity', (context) => context.json({ spki: toBase64(kms.identity()) }))
  app.post('/webclave/nonce', async (context) => context.json({ nonce: toBase64(await kms.nonce()) }))
  app.post('/', serve)
  app.all('/v1.0/*', serve)
  return app
}
