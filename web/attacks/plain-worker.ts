/**
 * An ordinary Worker, without an enclave around it: the control of two attacks. It keeps a secret in memory that its
 * owner shares, or sends messages to a port whose owner does not read.
 */
import { toHex } from '../../src/base/bytes.ts'
import { type PlainRequest, SECRET_AT, SECRET_LENGTH } from './plain-request.ts'

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<PlainRequest>) => void
  postMessage(answer: string | number): void
}

async function keep(memory: WebAssembly.Memory): Promise<void> {
  const secret = crypto.getRandomValues(new Uint8Array(SECRET_LENGTH))
  new Uint8Array(memory.buffer).set(secret, SECRET_AT)
  scope.postMessage(toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', secret))))
}

function flood(port: MessagePort, messages: number, length: number): void {
  for (let count = 0; count < messages; count++) port.postMessage(new Uint8Array(length).fill(0x66))
  scope.postMessage(messages * length)
}

scope.onmessage = ({ data }) => {
  if (data.kind === 'keep') void keep(data.memory)
  else flood(data.port, data.messages, data.length)
}
