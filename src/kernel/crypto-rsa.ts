/** The operations of webclave:engine/crypto with RSA: keys, OAEP, PKCS#1 v1.5 and PSS. */
import { bitsOf, hashParts, type Input, isSeed, type Operation } from './crypto-call.ts'

/** Bytes of a modulus. */
const MODULUS = { min: 128, max: 512 } as const
/** A private key has seven times as many bytes as half a modulus. */
const HALVES = 7
const BITS = { min: 1024, max: 4096, step: 16 } as const
/** Maximum length of a label, which is hashed in one piece. */
const MAX_LABEL = 16384

/** Half the length of the modulus of a private key, or 0 if the key has another length. */
function halfOf({ length }: Input): number {
  const half = length / HALVES
  return Number.isInteger(half) && 2 * half >= MODULUS.min && 2 * half <= MODULUS.max ? half : 0
}

const isPublic = (modulus: Input, exponent: Input) =>
  modulus.length >= MODULUS.min &&
  modulus.length <= MODULUS.max &&
  exponent.length > 0 &&
  exponent.length <= modulus.length

export const RSA: Readonly<Record<string, Operation>> = {
  rsaGenerate: {
    numbers: 2,
    lists: 1,
    work(call, [bits, exponent], [seed]) {
      if (!(bits! >= BITS.min && bits! <= BITS.max) || bits! % BITS.step !== 0 || !isSeed(seed!)) return false
      // RSA has no exponent that is even or smaller.
      if (exponent! >>> 0 < 3 || exponent! % 2 === 0) return false
      call.load(seed!)
      if (call.module.rsa_generate(bits!, exponent!, seed!.length) === 0) return false
      return call.give((HALVES * bits!) / BITS.step)
    },
  },
  rsaExponent: {
    numbers: 1,
    lists: 1,
    work(call, [exponent], [key]) {
      const half = halfOf(key!)
      if (half === 0) return false
      call.load(key!)
      return call.module.rsa_exponent(half, exponent!) !== 0 && call.give(2 * half)
    },
  },
  rsaOaepOpen: {
    numbers: 1,
    lists: 3,
    work(call, [digest], [key, label, ciphertext]) {
      const bits = bitsOf(digest!)
      const half = halfOf(key!)
      if (half === 0 || label!.length > MAX_LABEL || ciphertext!.length !== 2 * half) return false
      call.load(key!, label!, ciphertext!)
      const length = call.module.rsa_oaep_open(bits, half, label!.length)
      return length >= 0 && call.give(length)
    },
  },
  rsaOaepSeal: {
    numbers: 1,
    lists: 5,
    work(call, [digest], [modulus, exponent, seed, label, text]) {
      const bits = bitsOf(digest!)
      if (!isPublic(modulus!, exponent!) || !isSeed(seed!) || label!.length > MAX_LABEL) return false
      if (!call.load(modulus!, exponent!, seed!, label!, text!)) return false
      const lengths = [modulus, exponent, seed, label, text].map((input) => input!.length)
      const length = call.module.rsa_oaep_seal(bits, ...lengths)
      return length !== 0 && call.give(length)
    },
  },
  rsaSign: {
    numbers: 1,
    lists: 2,
    work(call, [digest], [key, data]) {
      const bits = bitsOf(digest!)
      const half = halfOf(key!)
      if (half === 0) return false
      hashParts(call, bits, data!)
      call.load(key!)
      const length = call.module.rsa_sign(bits, half)
      return length !== 0 && call.give(length)
    },
  },
  rsaVerify: {
    numbers: 1,
    lists: 4,
    decides: true,
    work(call, [digest], [modulus, exponent, signature, data]) {
      const bits = bitsOf(digest!)
      if (!isPublic(modulus!, exponent!) || signature!.length !== modulus!.length) return false
      hashParts(call, bits, data!)
      call.load(modulus!, exponent!, signature!)
      const lengths = [modulus, exponent, signature].map((input) => input!.length)
      return call.module.rsa_verify(bits, ...lengths) !== 0
    },
  },
  rsaPssSign: {
    numbers: 1,
    lists: 3,
    work(call, [digest], [key, salt, data]) {
      const bits = bitsOf(digest!)
      const half = halfOf(key!)
      if (half === 0 || salt!.length > MODULUS.max) return false
      hashParts(call, bits, data!)
      call.load(key!, salt!)
      const length = call.module.pss_sign(bits, half, salt!.length)
      return length !== 0 && call.give(length)
    },
  },
  rsaPssVerify: {
    numbers: 2,
    lists: 4,
    decides: true,
    work(call, [digest, salt], [modulus, exponent, signature, data]) {
      const bits = bitsOf(digest!)
      if (!isPublic(modulus!, exponent!) || signature!.length !== modulus!.length) return false
      if (salt! >>> 0 > MODULUS.max) return false
      hashParts(call, bits, data!)
      call.load(modulus!, exponent!, signature!)
      return call.module.pss_verify(bits, modulus!.length, exponent!.length, salt!) !== 0
    },
  },
}
