/**
 * The KMS over HTTP: one application for Node and for a tab, with both clouds' APIs. A request must be signed by
 * a known access key, its body is bounded before it is read, and its answer is signed by the KMS if
 * the request asks for it (`message-signature.ts`). Requests are hostile.
 *
 * Besides the clouds' operations it has `POST /webclave/nonce`, which returns a nonce for an attestation document, and
 * `GET /webclave/identity`, which returns the KMS's public key. Do not pin a key that you got this way.
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { toBase64 } from '../../base/base64.ts'
import { readCaller } from '../core/caller.ts'
import { KmsError } from '../core/error.ts'
import type { Kms } from '../core/kms.ts'
import { requireKnown } from '../core/options.ts'
import type { Caller } from '../policy/request.ts'
import { AWS_TYPE, answerAws, refuseAws } from './aws/app.ts'
import { verifyAwsRequest } from './aws/signature.ts'
import { answerPreflight, readableBy, readOrigins } from './cors.ts'
import { type AccessKey, Credentials } from './credentials.ts'
import { answerHuawei, HUAWEI_TYPE, refuseHuawei } from './huawei/app.ts'
import { verifyHuaweiRequest } from './huawei/signature.ts'
import { matchesDigest, signAnswer } from './message-signature.ts'
import { type Explain, isFault } from './refusal.ts'
import { headersOf, isFromEnclave, readRequest } from './request.ts'
import { readHosts, requireContentType, requireOwnHost, requireOwnOrigin } from './web-pages.ts'

/** Statuses whose answers have no body (Fetch standard, "null body status"). */
const BODILESS: readonly number[] = [101, 204, 205, 304]

/** An attestation document of 256 KiB in base64, and room for the rest. */
export const BODY_BYTES_MAX: number = 512 * 1024

/** Options of createKmsApp. */
export interface KmsAppOptions {
  /** The access keys with which requests may be signed. @default none */
  readonly accessKeys?: readonly AccessKey[]
  /** The caller of unsigned requests. @default unsigned requests are rejected */
  readonly unsigned?: Caller
  /**
   * Host names, without a port, that unsigned requests may use besides loopback. Without this check, a web page whose
   * name resolves to this address (DNS rebinding) could call the KMS. Enclaves over vsock may use any host.
   */
  readonly hosts?: readonly string[]
  /** Origins of web pages that may call this KMS, such as `https://app.example`. @default none */
  readonly origins?: readonly string[]
  /** How much callers learn about a denial by policy. @default 'summary' */
  readonly explain?: Explain
  /** Gets faults of the KMS itself; callers learn only that one occurred. @default console.error */
  readonly onFault?: (error: unknown) => void
  /** The clock, in milliseconds since 1970. @default the machine's */
  readonly now?: () => number
}

const NAMES = {
  ...{
    accessKeys: true,
    unsigned: true,
    hosts: true,
    origins: true,
    explain: true,
    onFault: true,
    now: true,
  },
} satisfies Record<keyof KmsAppOptions, true>

/** An HTTP application. Its `fetch` is what servers and frameworks take, such as `serve` of `@hono/node-server`. */
export interface KmsApp {
  /** The answer to a request; `environment` may be a `ServerEnvironment`, or what a server passes, which is ignored. */
  readonly fetch: (request: Request, environment?: object) => Response | Promise<Response>
  /** The answer to a request that is given as `fetch` takes it, or as a path of this application. */
  readonly request: (
    input: string | URL | Request,
    init?: RequestInit,
    environment?: object,
  ) => Response | Promise<Response>
}

/**
 * The KMS as an HTTP application.
 *
 * @throws {KmsError} E_KMS_CONFIG, E_KMS_POLICY
 * @example
 * await using kms = await createKms()
 * const app = createKmsApp(kms, { unsigned: { principal: 'arn:aws:iam::000000000000:root' } })
 * const headers = { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'TrentService.ListKeys' }
 * const answer = await app.request('/', { method: 'POST', headers, body: '{}' })
 * answer.status // 400
 */
export function createKmsApp(kms: Kms, options: KmsAppOptions = {}): KmsApp {
  requireKnown('createKmsApp', options, NAMES)
  const credentials = new Credentials(options.accessKeys ?? [])
  const unsigned = options.unsigned && readCaller(options.unsigned)
  const explain = options.explain ?? 'summary'
  const now = options.now ?? Date.now
  const app = new Hono()

  const hosts = readHosts(options.hosts ?? [])
  const origins = readOrigins(options.origins ?? [])
  const onFault = options.onFault ?? console.error

  const aws = { verify: verifyAwsRequest, answer: answerAws, refuse: refuseAws, type: AWS_TYPE }
  const huawei = {
    verify: verifyHuaweiRequest,
    answer: answerHuawei,
    refuse: refuseHuawei,
    type: HUAWEI_TYPE,
  }
  // Every operation of AWS is a POST to the one address.
  const dialectOf = ({ req: { method, path } }: Context) => (method === 'POST' && path === '/' ? aws : huawei)
  const refuse = (context: Context, error: unknown): Response => {
    if (isFault(error)) onFault(error)
    return dialectOf(context).refuse(context, error, explain)
  }

  const serve = async (context: Context): Promise<Response> => {
    const { verify, answer, type } = dialectOf(context)
    const request = await readRequest(context)
    const { headers, host } = request
    const isUnsigned = unsigned !== undefined && !headers.has('authorization')
    if (isUnsigned && !isFromEnclave(context)) requireOwnHost(host, hosts)
    const caller = isUnsigned ? unsigned : await verify(request, credentials, now())
    if (request.method === 'POST' || request.body.byteLength > 0) requireContentType(headers, type)
    if (request.query !== '') {
      throw new KmsError('E_KMS_UNSUPPORTED', {
        what: 'a query string is not supported',
        got: request.query.slice(0, 80),
      })
    }
    return answer(kms, context, request, caller)
  }

  app.onError((error, context) => refuse(context, error))
  app.use(async (context, next) => {
    const headers = headersOf(context)
    const origin = headers.get('origin')
    if (origin === null || !origins.has(origin)) return next()
    if (context.req.method === 'OPTIONS') context.res = answerPreflight(headers)
    else await next()
    context.res = readableBy(origin, context.res)
  })
  app.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: (context) => {
        const expected = `at most ${BODY_BYTES_MAX} bytes`
        return refuse(context, new KmsError('E_KMS_REQUEST', { what: 'the body is too long', expected }))
      },
    }),
  )
  app.use(async (context, next) => {
    const claimed = context.req.header('content-digest')
    if (claimed === undefined) return next()
    const { method, path, body } = await readRequest(context)
    if (await matchesDigest(claimed, body)) await next()
    else context.res = context.json({ message: 'Content-Digest is not the SHA-256 of the body' }, 400)
    const { status, headers } = context.res
    const answered = new Uint8Array(await context.res.arrayBuffer())
    const question = { method, path, contentDigest: claimed }
    const signature = await signAnswer(kms.signer, question, { status, body: answered }, now())
    context.res = new Response(BODILESS.includes(status) ? null : answered, {
      status,
      headers: { ...Object.fromEntries(headers), ...signature },
    })
  })
  app.use(async (context, next) => {
    const { headers, host } = await readRequest(context)
    requireOwnOrigin(headers, host, origins)
    await next()
  })
  app.get('/webclave/identity', (context) => context.json({ spki: toBase64(kms.identity()) }))
  app.post('/webclave/nonce', async (context) => context.json({ nonce: toBase64(await kms.nonce()) }))
  app.post('/', serve)
  app.all('/v1.0/*', serve)
  app.notFound((context) => {
    const got = `${context.req.method} ${context.req.path}`.slice(0, 120)
    return refuse(context, new KmsError('E_KMS_OPERATION', { what: 'no such operation', got }))
  })
  return app
}
