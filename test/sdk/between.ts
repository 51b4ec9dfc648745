/** What a hostile parent does with what passes between an enclave and its KMS. */
import type { HttpApp } from '../../src/kms/vsock/http-connection.ts'
import type { VsockSocket } from '../../src/parent/index.ts'
import type { KmsLab } from './kms-lab.ts'

/** A parent that looks at, and may change, what passes between an enclave and the KMS. */
export function between(
  lab: KmsLab,
  change: (answer: Response, question: Request, count: number) => Response | Promise<Response>,
): HttpApp {
  let count = 0
  return {
    async fetch(request, environment) {
      const question = request.clone()
      if (new URL(request.url).pathname === '/webclave/identity') return lab.app.fetch(request, environment)
      return change(await lab.app.fetch(request, environment), question, count++)
    },
  }
}

/** The answer with its JSON changed. */
export async function changed(
  answer: Response,
  change: (body: Record<string, unknown>) => void,
): Promise<Response> {
  const body = (await answer.json()) as Record<string, unknown>
  change(body)
  return new Response(JSON.stringify(body), { status: answer.status, headers: answer.headers })
}

/** All that is said on a connection, and its end. */
export async function say(socket: VsockSocket, text: string): Promise<void> {
  const writer = socket.writable.getWriter()
  await writer.write(new TextEncoder().encode(text))
  await writer.close()
}
