/** Clients of a served KMS: AWS's own, unmodified, and an enclave's that checks the KMS's signature with the KMS's code left out. */
import { KMSClient } from '@aws-sdk/client-kms'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { Budget } from '../../src/kms/vsock/budget.ts'
import { type HttpApp, serveConnection } from '../../src/kms/vsock/http-connection.ts'
import { utf8 } from './support.ts'

export const ACCESS_KEY = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

/** Serves `app` on a free port of loopback. */
export async function serveOnLoopback(app: Hono): Promise<{ url: string; close(): Promise<void> }> {
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

/** AWS's client, as a program would make it. */
export function awsClient(endpoint: string, credentials: object = ACCESS_KEY): KMSClient {
  return new KMSClient({
    endpoint,
    region: 'local-1',
    // A copy: the client writes into what it is given.
    credentials: { ...credentials } as typeof ACCESS_KEY,
    maxAttempts: 1,
    // As many requests at once as a test sends, instead of 50.
    requestHandler: { httpAgent: { maxSockets: 500 } },
  })
}

/** Verifies an answer's signature as RFC 9421 says, for `spki`. */
export async function verifiesAnswer(
  spki: Uint8Array<ArrayBuffer>,
  question: { method: string; path: string; contentDigest: string },
  answer: { status: number; headers: Headers },
): Promise<boolean> {
  const [, parameters = ''] = /^kms=(.*)$/.exec(answer.headers.get('signature-input') ?? '') ?? []
  const [, signature = ''] = /^kms=:(.*):$/.exec(answer.headers.get('signature') ?? '') ?? []
  const base = [
    `"@status": ${answer.status}`,
    `"content-digest": ${answer.headers.get('content-digest')}`,
    `"@method";req: ${question.method}`,
    `"@path";req: ${question.path}`,
    `"content-digest";req: ${question.contentDigest}`,
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

/** What one connection of `app` over vsock answers to `sent`, which comes in pieces of `size` bytes and ends then. */
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
