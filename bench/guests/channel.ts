/**
 * An enclave with an attached channel that also answers in clear, and the bare HPKE operations of one exchange: they are those
 * of RFC 9180 for a receiver, and of RFC 9458 for an answer, each called once, by the SDK.
 */
import { aesGcm, attestedChannel, hkdf, hmac, serveHttp } from 'webclave/sdk'

const handlers = { add: ({ a, b }: { a: number; b: number }): number => a + b }
const NONE = new Uint8Array(0)
/** Bytes like those that a key schedule authenticates, and of a small request. */
const INFO = new Uint8Array(90)
const TEXT = new Uint8Array(150)

async function agreement(): Promise<() => Promise<Uint8Array<ArrayBuffer>>> {
  const create = async () =>
    (await crypto.subtle.generateKey('X25519', false, ['deriveBits'])) as CryptoKeyPair
  const [own, other] = [await create(), await create()]
  return async () =>
    new Uint8Array(
      await crypto.subtle.deriveBits({ name: 'X25519', public: other.publicKey }, own.privateKey, 256),
    )
}

/** Milliseconds that `count` exchanges take in the enclave. */
async function operations(count: number): Promise<number> {
  const agree = await agreement()
  const sealed = aesGcm.encrypt(new Uint8Array(32), new Uint8Array(12), TEXT)
  const begin = performance.now()
  for (let done = 0; done < count; done++) {
    const shared = hkdf('sha256', await agree(), NONE, INFO, 32)
    const secret = hmac('sha256', shared, INFO)
    for (let use = 0; use < 3; use++) hmac('sha256', secret, INFO)
    aesGcm.decrypt(new Uint8Array(32), new Uint8Array(12), sealed)
    const prk = hmac('sha256', INFO, hmac('sha256', secret, INFO))
    for (let use = 0; use < 2; use++) hmac('sha256', prk, INFO)
    aesGcm.encrypt(new Uint8Array(32), new Uint8Array(12), TEXT)
  }
  return performance.now() - begin
}

async function answer(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/add') return Response.json(handlers.add(await request.json()))
  if (pathname === '/operations') return Response.json(await operations(Number(searchParams.get('count'))))
  return new Response(await request.arrayBuffer())
}

export default (): Promise<void> => serveHttp(attestedChannel(answer, { calls: handlers, allowClear: true }))
