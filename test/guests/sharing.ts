/**
 * An enclave that shares a secret, and signs with it what it is given. Its environment, which is measured, has what it trusts
 * as JSON, and anything else that makes it another image.
 */
import { env, hmac, randomBytes, readFile, serve, sharedSecret } from 'webclave/sdk'

/** Its service. */
export type Sharing = {
  sign(request: { text: string }): Uint8Array<ArrayBuffer>
  status(): { created: number; took: number }
  /** For the search in what the parent has carried; only an image whose environment says so has it. */
  reveal(): Uint8Array<ArrayBuffer> | null
}

export default async (): Promise<void> => {
  const { TRUST = '{}', NAME = '', TIMEOUT = '60000', SLOWNESS = '0', REVEALS } = env()
  let created = 0
  const began = performance.now()
  const secret = await sharedSecret({
    roots: readFile('root.pem')!,
    trust: JSON.parse(TRUST),
    name: NAME,
    timeout: Number(TIMEOUT),
    create: async () => {
      await new Promise<void>((resolve) => setTimeout(resolve, Number(SLOWNESS)))
      created++
      return randomBytes(32)
    },
  })
  const took = performance.now() - began
  const service: Sharing = {
    sign: ({ text }) => hmac('sha256', secret, new TextEncoder().encode(text)),
    status: () => ({ created, took }),
    reveal: () => (REVEALS ? secret : null),
  }
  await serve(service)
}
