/**
 * PCRs of its own: 16 to 31 belong to the application. Each extension hashes the old value together with new data, and a
 * locked PCR can never change again.
 */
import { attest, qtsm, serve, toHex } from 'webclave/sdk'

const utf8 = (text: string) => new TextEncoder().encode(text)

const handlers = {
  /** Extends a PCR by a text. */
  extend({ pcr, text }: { pcr: number; text: string }) {
    return toHex(qtsm.extendPcr(pcr, utf8(text)))
  },

  /** Locks a PCR: only locked ones are in attestation documents. */
  lock({ pcr }: { pcr: number }) {
    qtsm.lockPcr(pcr)
    return qtsm.describePcr(pcr).locked
  },

  prove({ nonce }: { nonce: Uint8Array }) {
    return attest({ nonce })
  },
}

export default async function main(): Promise<void> {
  console.log('registers serves on port 5000')
  await serve(handlers)
}
