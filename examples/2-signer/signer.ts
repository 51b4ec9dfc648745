/** The pool of enclaves. A signature counts only if its key is proved to be in an enclave of the expected image. */
import { hash } from 'node:crypto'
import { join } from 'node:path'
import { createParent, EnclaveError, type Parent } from 'webclave'
import { verifyAttestation } from 'webclave/attestation'
import { buildImage } from 'webclave/image'
import { createPool, type PoolStats } from 'webclave/pool'
import type { handlers } from './guest/index.ts'

const MEMORY_MIB = 64
/** How often a call is begun, if enclaves end meanwhile. */
const ATTEMPTS = 3

export interface Signature {
  readonly signature: Uint8Array
  readonly publicKey: Uint8Array
}

export interface Signer {
  sign(message: Uint8Array): Promise<Signature>
  stats(): PoolStats
  stop(): Promise<void>
}

/** A signer of `size` enclaves. */
export async function startSigner(size: number, given?: Parent): Promise<Signer> {
  const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, 'guest') } })
  // One more, because an enclave is replaced before it ends.
  const parent = given ?? (await createParent({ vcpus: size + 1, memoryMiB: (size + 1) * MEMORY_MIB }))
  const pool = await createPool<typeof handlers>(eif, { size, parent, memoryMiB: MEMORY_MIB })
  /** The keys that are proved. */
  const proved = new Set<string>()

  async function signOnce(message: Uint8Array): Promise<Signature> {
    const answer = await pool.call.sign({ message }, { deadline: 10_000 })
    if (proved.has(hash('sha256', answer.publicKey))) return answer
    // An enclave that is new: whichever answers now proves its own key.
    const nonce = crypto.getRandomValues(new Uint8Array(32))
    const { document, ...signed } = await pool.call.sign({ message, nonce }, { deadline: 10_000 })
    const userData = hash('sha256', signed.publicKey)
    const roots = parent.rootCertificate
    const expected = { profile: 'qingtian', roots, nonce, pcrs, userData } as const
    const { ok } = await verifyAttestation(document!, expected)
    if (!ok) throw new Error('the key is not in an enclave of the expected image')
    proved.add(userData)
    return signed
  }

  async function sign(message: Uint8Array): Promise<Signature> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await signOnce(message)
      } catch (error) {
        const isLost = error instanceof EnclaveError && error.code === 'E_POOL_LOST'
        if (!isLost || attempt === ATTEMPTS) throw error
      }
    }
  }

  async function stop(): Promise<void> {
    await pool.close()
    await parent.close()
  }

  return { sign, stats: () => pool.stats(), stop }
}
