/** CryptoKey, whose material only the algorithms see. */
import { asInterface, fail } from './host.js'

const CONSTRUCT = Symbol('construct')
const USAGES = ['encrypt', 'decrypt', 'sign', 'verify', 'deriveKey', 'deriveBits', 'wrapKey', 'unwrapKey']

let slotsOf

export class CryptoKey {
  #slots
  constructor(construct, slots) {
    if (construct !== CONSTRUCT) throw new TypeError('Illegal constructor')
    this.#slots = slots
  }
  static {
    slotsOf = (key) => (typeof key === 'object' && key !== null && #slots in key ? key.#slots : undefined)
  }
  get type() {
    return this.#slots.type
  }
  get extractable() {
    return this.#slots.extractable
  }
  get algorithm() {
    return this.#slots.algorithm
  }
  get usages() {
    return this.#slots.usages
  }
}
asInterface('CryptoKey', CryptoKey)

/** The slots of a key: type, extractable, algorithm, usages, and the `material` of its algorithm. */
export function keySlots(key) {
  return slotsOf(key) ?? throwType('the key is not a CryptoKey')
}

function throwType(message) {
  throw new TypeError(message)
}

/** A new key. */
export function createKey(type, extractable, algorithm, usages, material) {
  if (type !== 'public' && usages.length === 0) fail('SyntaxError', 'a key with a secret needs a usage')
  return new CryptoKey(CONSTRUCT, {
    type,
    extractable: type === 'public' || extractable,
    algorithm,
    usages,
    material,
  })
}

/** The usages in their canonical order. */
export function usagesOf(value) {
  const given = [...value].map(String)
  for (const usage of given) if (!USAGES.includes(usage)) throw new TypeError(`${JSON.stringify(usage)} is no key usage`)
  return USAGES.filter((usage) => given.includes(usage))
}

/** Fails for a usage that is not in `allowed`. */
export function checkUsages(usages, allowed) {
  for (const usage of usages) {
    if (!allowed.includes(usage)) fail('SyntaxError', `the key cannot have the usage ${usage}`)
  }
}

/** A pair, whose halves get those of `usages` that are for them. */
export function createPair(algorithm, extractable, usages, { forPublic, forPrivate, publicKey, privateKey }) {
  checkUsages(usages, [...forPublic, ...forPrivate])
  const of = (allowed) => usages.filter((usage) => allowed.includes(usage))
  return {
    publicKey: createKey('public', true, algorithm, of(forPublic), publicKey),
    privateKey: createKey('private', extractable, algorithm, of(forPrivate), privateKey),
  }
}
