/** The operations of webclave:engine/crypto on digests: hashes, HMAC, derived keys and password hashes. */
import { BUFFER_LENGTH, bitsOf, eachPart, hashParts, type Operation } from './crypto-call.ts'

/** Maximum length of HKDF's info, which is on the module's stack. */
const MAX_INFO_LENGTH = 16384
const MAX_PASSWORD_HASH = 1024

export const HASHES: Readonly<Record<string, Operation>> = {
  hash: {
    numbers: 1,
    lists: 1,
    work(call, [digest], [data]) {
      const bits = bitsOf(digest!)
      hashParts(call, bits, data!)
      call.module.hash_end()
      return call.give(bits / 8)
    },
  },
  hmac: {
    numbers: 1,
    lists: 2,
    work(call, [digest], [key, data]) {
      const bits = bitsOf(digest!)
      if (!call.load(key!)) return false
      call.module.hmac_begin(bits, key!.length)
      eachPart(call, data!, call.module.hmac_update)
      call.module.hmac_end()
      return call.give(bits / 8)
    },
  },
  hkdf: {
    numbers: 2,
    lists: 3,
    work(call, [digest, wanted], [secret, salt, info]) {
      const bits = bitsOf(digest!)
      const length = wanted! >>> 0
      if (length > (255 * bits) / 8 || info!.length > MAX_INFO_LENGTH) return false
      if (!call.load(secret!, salt!, info!)) return false
      call.module.hkdf(bits, length, secret!.length, salt!.length, info!.length)
      return call.give(length)
    },
  },
  pbkdf2: {
    numbers: 3,
    lists: 2,
    work(call, [digest, iterations, wanted], [password, salt]) {
      const bits = bitsOf(digest!)
      const length = wanted! >>> 0
      if (length > BUFFER_LENGTH || iterations === 0 || !call.load(password!, salt!)) return false
      const numbers = [bits, iterations!, length, password!.length, salt!.length]
      return call.module.pbkdf2(...numbers) !== 0 && call.give(length)
    },
  },
  argon2id: {
    numbers: 4,
    lists: 3,
    work(call, [memory, passes, lanes, wanted], inputs) {
      const length = wanted! >>> 0
      if (length > MAX_PASSWORD_HASH || !call.load(...inputs)) return false
      const lengths = inputs.map((input) => input.length)
      return call.module.argon2id(memory!, passes!, lanes!, length, ...lengths) === 0 && call.give(length)
    },
  },
}
