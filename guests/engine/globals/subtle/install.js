/** crypto.subtle, CryptoKey and SubtleCrypto: loaded on first use. */
import { Crypto } from '../crypto.js'
import { defineLazy } from '../define.js'

/** Defines them over the `compiled` cryptography and the randomness `random(length)`. */
export function installSubtle(compiled, random) {
  let loaded
  const load = () => {
    if (loaded === undefined) {
      require('./host.js').setHost(compiled, random)
      loaded = require('./subtle.js')
    }
    return loaded
  }
  Object.defineProperty(Crypto.prototype, 'subtle', {
    get: () => load().subtle,
    configurable: true,
    enumerable: true,
  })
  defineLazy(['CryptoKey', 'SubtleCrypto'], load)
}
