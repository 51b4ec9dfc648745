/** HKDF and PBKDF2. */
import { compiled, fail, resultOf } from './host.js'
import { createKey } from './key.js'
import { bytesParam, DIGESTS, hashParam, integerParam } from './params.js'
import { checkUsages, USAGE } from './usages.js'

function derivation(name, derive) {
  return {
    keyLength: () => null,
    importKey(format, data, _params, extractable, usages) {
      if (format !== 'raw') fail('NotSupportedError', `a key of ${name} has no format ${format}`)
      checkUsages(usages, USAGE.deriveKey | USAGE.deriveBits)
      if (extractable) fail('SyntaxError', `a key of ${name} cannot be extractable`)
      return createKey('secret', false, { name }, usages, data)
    },
    deriveBits(params, { material }, bits) {
      const read = { hash: DIGESTS[hashParam(params)], salt: bytesParam(params, 'salt') }
      if (bits === null || bits % 8 !== 0) fail('OperationError', 'the length is not a multiple of 8')
      return derive(params, read, material, bits / 8)
    },
  }
}

export const HKDF = derivation('HKDF', (params, { hash, salt }, secret, length) => {
  const info = bytesParam(params, 'info')
  return resultOf(compiled.hkdf(hash.compiled, length, secret, salt, info), 'so many bytes cannot be derived')
})

export const PBKDF2 = derivation('PBKDF2', (params, { hash, salt }, secret, length) => {
  const iterations = integerParam(params, 'iterations', 0xffffffff)
  if (iterations === 0) fail('OperationError', 'iterations is 0')
  const derived = compiled.pbkdf2(hash.compiled, iterations, length, secret, salt)
  return resultOf(derived, 'so many bytes cannot be derived')
})
