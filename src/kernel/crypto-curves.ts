/** The operations of webclave:engine/crypto on curves: ECDSA and ECDH on P-256 and P-384, Ed25519 and X25519. */
import { bitsOf, curveLength, eachPart, hashParts, isSeed, type Operation } from './crypto-call.ts'

/** Bytes of keys and of signatures of Curve25519. */
const KEY = 32
const SIGNATURE = 64

export const CURVES: Readonly<Record<string, Operation>> = {
  ecGenerate: {
    numbers: 1,
    lists: 1,
    work(call, [curve], [seed]) {
      const length = curveLength(curve!)
      if (!isSeed(seed!)) return false
      call.load(seed!)
      call.module.ec_generate(length, seed!.length)
      return call.give(length)
    },
  },
  ecPublic: {
    numbers: 1,
    lists: 1,
    work(call, [curve], [key]) {
      const length = curveLength(curve!)
      if (key!.length !== length) return false
      call.load(key!)
      return call.module.ec_public(length) !== 0 && call.give(2 * length + 1)
    },
  },
  ecdh: {
    numbers: 1,
    lists: 2,
    work(call, [curve], [key, point]) {
      const length = curveLength(curve!)
      if (key!.length !== length || point!.length !== 2 * length + 1) return false
      call.load(key!, point!)
      return call.module.ecdh(length) !== 0 && call.give(length)
    },
  },
  ecdsaSign: {
    numbers: 2,
    lists: 2,
    work(call, [curve, digest], [key, data]) {
      const length = curveLength(curve!)
      const bits = bitsOf(digest!)
      if (key!.length !== length) return false
      hashParts(call, bits, data!)
      call.load(key!)
      return call.module.ecdsa_sign(length, bits) !== 0 && call.give(2 * length)
    },
  },
  ecdsaVerify: {
    numbers: 2,
    lists: 3,
    decides: true,
    work(call, [curve, digest], [point, signature, data]) {
      const length = curveLength(curve!)
      const bits = bitsOf(digest!)
      if (point!.length !== 2 * length + 1 || signature!.length !== 2 * length) return false
      hashParts(call, bits, data!)
      call.load(point!, signature!)
      return call.module.ecdsa_verify(length) !== 0
    },
  },
  ed25519Public: {
    numbers: 0,
    lists: 1,
    work(call, _, [key]) {
      if (key!.length !== KEY) return false
      call.load(key!)
      call.module.ed25519_public()
      return call.give(KEY)
    },
  },
  ed25519Sign: {
    numbers: 0,
    lists: 2,
    work(call, _, [key, data]) {
      if (key!.length !== KEY) return false
      const { module } = call
      call.load(key!)
      module.ed25519_begin()
      eachPart(call, data!, module.hash_update)
      module.ed25519_nonce()
      eachPart(call, data!, module.hash_update)
      module.ed25519_end()
      return call.give(SIGNATURE)
    },
  },
  ed25519Verify: {
    numbers: 0,
    lists: 3,
    decides: true,
    work(call, _, [key, signature, data]) {
      if (key!.length !== KEY || signature!.length !== SIGNATURE) return false
      call.load(key!, signature!)
      call.module.ed25519_check()
      eachPart(call, data!, call.module.hash_update)
      return call.module.ed25519_valid() !== 0
    },
  },
  x25519: {
    numbers: 0,
    lists: 2,
    work(call, _, [key, point]) {
      if (key!.length !== KEY || point!.length !== KEY) return false
      call.load(key!, point!)
      return call.module.x25519() !== 0 && call.give(KEY)
    },
  },
}
