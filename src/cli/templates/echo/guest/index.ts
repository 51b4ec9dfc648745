/** The enclave: a service whose functions the host calls, with their types. */
import { attest, serve } from 'webclave/sdk'
import { shout } from './shout.ts'

export const handlers = {
  /** The text in upper case. */
  echo({ text }: { text: string }): string {
    return shout(text)
  },

  /** An attestation document with the caller's nonce. It proves which image answers. */
  prove({ nonce }: { nonce: Uint8Array }): Uint8Array {
    return attest({ nonce })
  },
}

export default (): Promise<void> => serve(handlers)
