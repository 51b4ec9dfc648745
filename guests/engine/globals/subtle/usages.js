/** The usages of a key, as a number with a bit for each: a package could change an array, or what its methods do. */
import { fail } from './host.js'

/** In the order in which a key shows them. */
export const USAGE = {
  __proto__: null,
  encrypt: 1,
  decrypt: 2,
  sign: 4,
  verify: 8,
  deriveKey: 16,
  deriveBits: 32,
  wrapKey: 64,
  unwrapKey: 128,
}

/** The usages with these names. */
export function usagesOf(names) {
  let usages = 0
  for (const given of names) {
    const name = `${given}`
    if (USAGE[name] === undefined) throw new TypeError(`${JSON.stringify(name)} is not a key usage`)
    usages |= USAGE[name]
  }
  return usages
}

/** The names of usages. */
export function namesOf(usages) {
  const names = []
  for (const name in USAGE) if ((usages & USAGE[name]) !== 0) names.push(name)
  return names
}

/** Fails for a usage that is not in `allowed`. */
export function checkUsages(usages, allowed) {
  const [other] = namesOf(usages & ~allowed)
  if (other !== undefined) fail('SyntaxError', `the key cannot have the usage ${other}`)
}
