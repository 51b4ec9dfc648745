/** A hostile parent that reads and changes messages between an enclave and its KMS. */
import type { HttpApp } from '../../src/kms/vsock/http-connection.ts'
import type { VsockSocket } from '../../src/parent/index.ts'
import type { KmsLab } from './kms-lab.ts'

/** An app that passes requests to the KMS of `lab`, and replaces each answer by the result of `change`. */
export function between(
  lab: KmsLab,
  change: (answer: Response, request: Request, count: number) => Response | Promise<Response>,
): HttpApp {
  let count = 0
  return {
    async fetch(request, environment) {
      const original = request.clone()
      if (new URL(request.url).pathname === '/webclave/identity') return lab.app.fetch(request, environment)
      return change(await lab.app.fetch(request, environment), original, count++)
    },
  }
}

/** The answer, with its JSON changed. */
export async function changed(
  answer: Response,
  change: (body: Record<string, unknown>) => void,
): Promise<Response> {
  const body = (await answer.json()) as Record<string, unknown>
  change(body)
  return new Response(JSON.stringify(body), { status: answer.status, headers: answer.headers })
}

/** Sends `text` on a connection, and ends this side. */
export async function sendText(socket: VsockSocket, text: string): Promise<void> {
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(text))
  await writer.close()
}
