/** Builds the image, and starts enclaves of it beside a KMS. */
import { join } from 'node:path'
import { createParent, pcrHex } from 'webclave'
import { buildImage } from 'webclave/image'
import type { handlers } from '../guest/index.ts'
import { credentials, startKms } from './kms.ts'

export interface Tokenizer {
  tokenize(card: string): Promise<string>
  /** The key of the tokens, encrypted by the KMS, for the next start. */
  readonly wrapped: Uint8Array
  stop(): Promise<void>
}

export interface Service {
  /** The digest of the image. */
  readonly pcr0: string
  /** Starts an enclave, with a new key or with the one in `wrapped`. */
  start(wrapped?: Uint8Array): Promise<Tokenizer>
  stop(): Promise<void>
}

/** @param allowed The PCR0 that the KMS's policy names. Default: that of the image. */
export async function startService(allowed?: string): Promise<Service> {
  const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const kms = await startKms(parent)
  const path = join(import.meta.dirname, '../guest')
  const { eif, pcrs } = await buildImage({ app: { path }, env: kms.env })
  const pcr0 = pcrHex(pcrs, 0)
  kms.allow(allowed ?? pcr0)

  async function start(given?: Uint8Array): Promise<Tokenizer> {
    const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
    const client = await enclave.client<typeof handlers>(5000)
    const wrapped = await client.call.open({ credentials, ...(given && { wrapped: given }) })
    return {
      tokenize: (card) => client.call.tokenize({ card }),
      wrapped,
      stop: async () => void (await enclave.stop()),
    }
  }

  async function stop(): Promise<void> {
    await kms.close()
    await parent.close()
  }

  return { pcr0, start, stop }
}
