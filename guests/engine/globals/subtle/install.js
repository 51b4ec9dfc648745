/** crypto.subtle, CryptoKey and SubtleCrypto: loaded on first use. */

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
  const { crypto } = globalThis
  const prototype = Object.getPrototypeOf(crypto)
  const place = prototype === Object.prototype ? crypto : prototype
  Object.defineProperty(place, 'subtle', { get: () => load().subtle, configurable: true, enumerable: true })
  for (const name of ['CryptoKey', 'SubtleCrypto']) {
    const settle = (value) =>
      Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
    Object.defineProperty(globalThis, name, {
      get: () => {
        const value = load()[name]
        settle(value)
        return value
      },
      set: settle,
      configurable: true,
    })
  }
}
