/** wasi:random: all three interfaces use the QTSM, because an enclave has no weaker source of randomness. */
import type { Qtsm } from './qtsm.ts'

/** Maximum number of bytes per call; a guest that requests more is trapped. */
const MAX_BYTES = 65536n

/** Creates the interfaces on the security module. */
export function createRandom(
  qtsm: Qtsm,
): Record<'random' | 'insecure' | 'insecure-seed', Record<string, unknown>> {
  const bytes = (length: bigint) => {
    if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} random bytes were requested in one call`)
    return qtsm.random(Number(length))
  }
  const u64 = () => new DataView(qtsm.random(8).buffer).getBigUint64(0, true)
  return {
    random: { getRandomBytes: bytes, getRandomU64: u64 },
    insecure: { getInsecureRandomBytes: bytes, getInsecureRandomU64: u64 },
    'insecure-seed': { insecureSeed: () => [u64(), u64()] },
  }
}
