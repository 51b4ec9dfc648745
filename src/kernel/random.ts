/** wasi:random, all three interfaces, from the QTSM: there is no weaker randomness in an enclave. */
import type { Qtsm } from './qtsm.ts'

/** Bytes that one call gives at most; a guest that asks for more is trapped. */
const MAX_BYTES = 65536n

/** Makes the interfaces over the security module. */
export function createRandom(
  qtsm: Qtsm,
): Record<'random' | 'insecure' | 'insecure-seed', Record<string, unknown>> {
  const bytes = (length: bigint) => {
    if (length > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} random bytes were asked for at once`)
    return qtsm.random(Number(length))
  }
  const u64 = () => new DataView(qtsm.random(8).buffer).getBigUint64(0, true)
  return {
    random: { getRandomBytes: bytes, getRandomU64: u64 },
    insecure: { getInsecureRandomBytes: bytes, getInsecureRandomU64: u64 },
    'insecure-seed': { insecureSeed: () => [u64(), u64()] },
  }
}
