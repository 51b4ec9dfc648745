/** The application in the enclave. */
import { attest, serve } from 'webclave/sdk'

export const handlers = {
  /** The text in upper case. The host checks its own types, but the enclave cannot rely on that. */
  echo({ text }: { text: string }): string {
    return String(text).toUpperCase()
  },

  /** An attestation document with the caller's nonce. */
  prove({ nonce }: { nonce: Uint8Array }): Uint8Array {
    return attest({ nonce })
  },
}

export default (): Promise<void> => serve(handlers)
