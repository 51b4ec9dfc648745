/** Starts the enclave, and verifies what it is. */
import { join } from 'node:path'
import { createParent, pcrHex, type ServiceClient } from 'webclave'
import { verifyAttestation } from 'webclave/attestation'
import { buildImage } from 'webclave/image'
import type { handlers } from '../guest/index.ts'

export interface Echo {
  readonly client: ServiceClient<typeof handlers>
  /** The digest of the image. */
  readonly pcr0: string
  /** Whether exactly this image answers. */
  verify(): Promise<boolean>
  stop(): Promise<void>
}

export async function startEcho(): Promise<Echo> {
  const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, '../guest') } })
  const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  const client = await enclave.client<typeof handlers>(5000)

  async function verify(): Promise<boolean> {
    const nonce = crypto.getRandomValues(new Uint8Array(32))
    const document = await client.call.prove({ nonce })
    const roots = parent.rootCertificate
    const { ok } = await verifyAttestation(document, { profile: 'qingtian', roots, nonce, pcrs })
    return ok
  }

  return { client, pcr0: pcrHex(pcrs, 0), verify, stop: () => parent.close() }
}
