/** A customer of a KMS on any port: it believes the KMS whose identity it is given, or anybody if that is 'unverified'. */
import { type Credentials, createKmsClient, serve } from 'webclave/sdk'

interface Request {
  identity: string
  credentials: Credentials
  ciphertext: Uint8Array
  port: number
}

const handlers = {
  /** Decrypts, and uses what it got: here it tells its text. */
  async open({ identity, credentials, ciphertext, port }: Request) {
    const kms = createKmsClient({ identity, credentials, port })
    return new TextDecoder().decode(await kms.decrypt(ciphertext))
  },
}

export default async function main(): Promise<void> {
  await serve(handlers)
}
