/**
 * A service: the parent instance calls its functions by name. Change a word, and PCR0 is another one.
 */
import { attest, serve } from 'webclave/sdk'

let visits = 0

const handlers = {
  /** Greets, and counts: what it remembers is only in the enclave's memory. */
  greet({ name }: { name: string }) {
    visits += 1
    return `Hello ${name}, you are visitor ${visits}.`
  },

  /** An attestation document with the caller's nonce: proof of what answers here. */
  prove({ nonce }: { nonce: Uint8Array }) {
    return attest({ nonce })
  },
}

export default async function main(): Promise<void> {
  console.log('hello serves on port 5000')
  await serve(handlers)
}
