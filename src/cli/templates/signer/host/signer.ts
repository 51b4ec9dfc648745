/** Starts the pool of enclaves, and accepts only signatures of the image that it was started with. */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { createParent, pcrHex } from 'webclave'
import { verifyAttestation } from 'webclave/attestation'
import { buildImage } from 'webclave/image'
import { createPool, type PoolStats } from 'webclave/pool'
import type { handlers } from '../guest/index.ts'

const MEMORY_MIB = 64

export interface Signature {
  /** ECDSA with SHA-256, DER. */
  readonly signature: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

export interface Signer {
  /** The digest of the image. */
  readonly pcr0: string
  /** Signs in the least busy enclave. */
  sign(message: Uint8Array): Promise<Signature>
  stats(): PoolStats
  stop(): Promise<void>
}

/** A signer of `size` enclaves, each with its own key. */
export async function startSigner(size: number): Promise<Signer> {
  const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, '../guest') } })
  // One more, because an enclave is replaced before it ends.
  const parent = await createParent({ vcpus: size + 1, memoryMiB: (size + 1) * MEMORY_MIB })
  const pool = await createPool<typeof handlers>(eif, { size, parent, memoryMiB: MEMORY_MIB })

  async function sign(message: Uint8Array): Promise<Signature> {
    const nonce = crypto.getRandomValues(new Uint8Array(32))
    const { signature, publicKey, document } = await pool.call.sign({ message, nonce })
    const verdict = await verifyAttestation(document, {
      profile: 'qingtian',
      roots: parent.rootCertificate,
      nonce,
      pcrs,
      userData: hash('sha256', publicKey),
    })
    if (!verdict.ok) throw new Error('the key is not in the expected image')
    return { signature, publicKey }
  }

  async function stop(): Promise<void> {
    await pool.close()
    await parent.close()
  }

  return { pcr0: pcrHex(pcrs, 0), sign, stats: () => pool.stats(), stop }
}
