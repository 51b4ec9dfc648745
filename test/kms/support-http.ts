/**
 * Clients of a KMS over HTTP: AWS's own, unmodified; and a check of the KMS's signatures that does not use the KMS's
 * code.
 */
import { KMSClient } from '@aws-sdk/client-kms'
import { serve } from '@hono/node-server'
import type { KmsApp } from '../../src/kms/index.ts'
import { Budget } from '../../src/kms/vsock/budget.ts'
import { type HttpApp, serveConnection } from '../../src/kms/vsock/http-connection.ts'
import { utf8 } from './support.ts'

export const ACCESS_KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

/** Serves `app` on a free port of loopback. */
export async function serveOnLoopback(app: KmsApp): Promise<{ url: string; close(): Promise<void> }> {
  let server: ReturnType<typeof serve> | undefined
  const port = await new Promise<number>((resolve) => {
    server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info) => resolve(info.port))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve, reject) => {
        if (server && 'closeAllConnections' in server) server.closeAllConnections()
        server?.close((error) => (error ? reject(error) : resolve()))
      }),
  }
}

/** AWS's client, as an application would create it. */
export function awsClient(endpoint: string, credentials: object = ACCESS_KEY): KMSClient {
  return new KMSClient({
    endpoint,
    region: 'local-1',
    // A copy, because the client changes the object.
    credentials: { ...credentials } as typeof ACCESS_KEY,
    maxAttempts: 1,
    // Tests send more concurrent requests than the default of 50.
    requestHandler: { httpAgent: { maxSockets: 500 } },
  })
}

/** Verifies an answer's signature with the public key `spki`, according to RFC 9421. */
export async function verifiesAnswer(
  spki: Uint8Array<ArrayBuffer>,
  request: { method: string; path: string; contentDigest: string },
  answer: { status: number; headers: Headers },
): Promise<boolean> {
  const [, parameters = ''] = /^kms=(.*)$/.exec(answer.headers.get('signature-input') ?? '') ?? []
  const [, signature = ''] = /^kms=:(.*):$/.exec(answer.headers.get('signature') ?? '') ?? []
  const base = [
    `"@status": ${answer.status}`,
    `"content-digest": ${answer.headers.get('content-digest')}`,
    `"@method";req: ${request.method}`,
    `"@path";req: ${request.path}`,
    `"content-digest";req: ${request.contentDigest}`,
    `"@signature-params": ${parameters}`,
  ].join('\n')
  const key = await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-384' }, false, [
    'verify',
  ])
  return crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-384' },
    key,
    Uint8Array.from(Buffer.from(signature, 'base64')),
    new TextEncoder().encode(base),
  )
}

/** Everything that `app` answers on one vsock connection to `sent`, which arrives in chunks of `size` bytes. */
export async function converse(
  app: HttpApp,
  sent: string,
  size = 7,
  budget: Budget = new Budget(1 << 20),
): Promise<string> {
  const bytes = utf8(sent)
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.byteLength; at += size) controller.enqueue(bytes.slice(at, at + size))
      controller.close()
    },
  })
  let received = ''
  const writable = new WritableStream<Uint8Array>({
    write(chunk) {
      received += new TextDecoder().decode(chunk)
    },
  })
  await serveConnection({ readable, writable }, app, budget)
  return received
}
