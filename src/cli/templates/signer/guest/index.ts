/** The enclave: signs with a key that exists only here. */
import { serve } from 'webclave/sdk'
import { type Signed, sign } from './signer.ts'

export const handlers = {
  /** Signs `message`, and proves with the caller's nonce that the key is in this image. */
  sign({ message, nonce }: { message: Uint8Array; nonce: Uint8Array }): Signed {
    return sign(message, nonce)
  },
}

export default (): Promise<void> => serve(handlers)
