/** CryptoKey, whose material only the algorithms see. */
import { asInterface } from '../define.js'
import { fail } from './host.js'
import { namesOf, USAGE } from './usages.js'

const CONSTRUCT = Symbol('construct')

let slotsOf

function copyOf(algorithm) {
  const copy = { ...algorithm }
  if (copy.hash) copy.hash = { ...copy.hash }
  if (copy.publicExponent) copy.publicExponent = copy.publicExponent.slice()
  return copy
}

export class CryptoKey {
  #slots
  /** What an application sees of them, and may change. */
  #shown
  constructor(construct, slots) {
    if (construct !== CONSTRUCT) throw new TypeError('Illegal constructor')
    this.#slots = slots
    this.#shown = { algorithm: copyOf(slots.algorithm), usages: namesOf(slots.usages) }
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
    return this.#shown.algorithm
  }
  get usages() {
    return this.#shown.usages
  }
}
asInterface({ CryptoKey })

/** The slots of a key: type, extractable, algorithm, usages, and the `material` of its algorithm. */
export function keySlots(key) {
  return slotsOf(key) ?? throwType('the key is not a CryptoKey')
}

function throwType(message) {
  throw new TypeError(message)
}

/** A new key. */
export function createKey(type, extractable, algorithm, usages, material) {
  if (type !== 'public' && usages === 0) fail('SyntaxError', 'a key with a secret needs a usage')
  return new CryptoKey(CONSTRUCT, {
    type,
    extractable,
    algorithm,
    usages,
    material,
  })
}

/** Whether the key with these slots has the usage of this name. */
export const hasUsage = ({ usages }, name) => (usages & USAGE[name]) !== 0

/** A pair, whose halves get those of `usages` that are for them. */
export function createPair(algorithm, extractable, usages, { forPublic, forPrivate, publicKey, privateKey }) {
  return {
    publicKey: createKey('public', true, algorithm, usages & forPublic, publicKey),
    privateKey: createKey('private', extractable, algorithm, usages & forPrivate, privateKey),
  }
}
