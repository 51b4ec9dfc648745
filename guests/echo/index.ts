/**
 * The first enclave: answers lines on port 5000, and on request proves what it is.
 *
 * A line that begins with `attest ` carries a nonce in hexadecimal; the answer is an attestation document, after
 * PCR16 was extended with that nonce and locked. Any other line comes back in upper case.
 */
import { qtsm, vsock } from 'webclave/sdk'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const CUSTOM_PCR = 16

function attest(nonceHex: string): Uint8Array {
  const nonce = Uint8Array.from(nonceHex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
  if (!qtsm.describePcr(CUSTOM_PCR).locked) {
    qtsm.extendPcr(CUSTOM_PCR, nonce)
    qtsm.lockPcr(CUSTOM_PCR)
  }
  return qtsm.attest({ nonce })
}

function answer(line: string): Uint8Array {
  if (line.startsWith('attest ')) return attest(line.slice('attest '.length))
  return encoder.encode(`${line.toUpperCase()}\n`)
}

async function serve(socket: vsock.Socket): Promise<void> {
  let text = ''
  for await (const bytes of socket) {
    text += decoder.decode(bytes, { stream: true })
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) await socket.write(answer(line))
  }
  socket.close()
}

export default async function main(): Promise<void> {
  console.log('echo listens on port 5000')
  for await (const socket of vsock.listen(5000)) {
    serve(socket).catch((error) => console.error('a connection failed:', error))
  }
}
