/** Sends requests to the service in a process of its own, and verifies every signature. `node load.ts URL SECONDS` */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import autocannon from 'autocannon'

/** What `load.ts` reports. */
export interface LoadReport {
  readonly requests: number
  /** Answers with a signature that is valid for its message. */
  readonly valid: number
  readonly invalid: number
  /** Answers by another status than 200. */
  readonly refused: Readonly<Record<string, number>>
  /** Requests without an answer. */
  readonly errors: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number }
}

const [url = '', seconds = '10', connections = '16'] = process.argv.slice(2)
const keys = new Map<string, KeyObject>()
const refused: Record<string, number> = {}
let [sent, valid, invalid] = [0, 0, 0]

function keyOf(text: string): KeyObject {
  let key = keys.get(text)
  key ??= createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  keys.set(text, key)
  return key
}

function judge(status: number, body: string, message: string): void {
  if (status !== 200) {
    refused[status] = (refused[status] ?? 0) + 1
    return
  }
  const { signature, publicKey } = JSON.parse(body) as { signature: string; publicKey: string }
  if (verify('sha256', Buffer.from(message), keyOf(publicKey), Buffer.from(signature, 'base64'))) valid++
  else invalid++
}

const { requests, errors, latency } = await autocannon({
  url: `${url}/sign`,
  duration: Number(seconds),
  connections: Number(connections),
  requests: [
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Each message is another one, so that an answer to another request is found.
      setupRequest(request, context: { message?: string }) {
        context.message = `pay ${sent++} to Bob`
        return { ...request, body: JSON.stringify({ message: context.message }) }
      },
      onResponse: (status, body, context: { message?: string }) => judge(status, body, context.message!),
    },
  ],
})

const report: LoadReport = {
  requests: requests.total,
  valid,
  invalid,
  refused,
  errors,
  perSecond: requests.average,
  latency: { p50: latency.p50, p99: latency.p99, max: latency.max },
}
process.send?.(report)
if (!process.send) console.log(report)
process.disconnect?.()
