import { attest, ed25519, serve } from 'webclave/sdk'

const key = ed25519.generateKey()

export const handlers = {
  sign: ({ text }: { text: string }): Uint8Array => ed25519.sign(key, new TextEncoder().encode(text)),
  prove: ({ nonce }: { nonce: Uint8Array }): Uint8Array =>
    attest({ nonce, publicKey: ed25519.publicKey(key) }),
}

export default (): Promise<void> => serve(handlers)
