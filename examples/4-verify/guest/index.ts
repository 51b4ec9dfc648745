import { attest, serve } from 'webclave/sdk'

export const handlers = {
  prove: ({ nonce }: { nonce: Uint8Array }): Uint8Array => attest({ nonce }),
}

export default (): Promise<void> => serve(handlers)
