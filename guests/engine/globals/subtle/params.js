/** The parameters of algorithms, as Web IDL converts them. */
import { bytesOf, fail } from './host.js'

/** The digests: names for the compiled cryptography, and bytes of a digest and of a block. */
export const DIGESTS = {
  'SHA-1': { compiled: 'sha1', length: 20, block: 64 },
  'SHA-256': { compiled: 'sha256', length: 32, block: 64 },
  'SHA-384': { compiled: 'sha384', length: 48, block: 128 },
  'SHA-512': { compiled: 'sha512', length: 64, block: 128 },
}

/** The name of an algorithm, given as text or as an object, among `names`, without regard to case. */
export function nameOf(value, names) {
  const given = typeof value === 'object' && value !== null ? value.name : value
  if (given === undefined || given === null) throw new TypeError('the algorithm has no name')
  const text = String(given)
  const found = names.find((name) => name.toLowerCase() === text.toLowerCase())
  return found ?? fail('NotSupportedError', `there is no algorithm ${JSON.stringify(text)} for this`)
}

export function required(params, member) {
  const value = params[member]
  if (value === undefined) throw new TypeError(`the algorithm needs the member ${member}`)
  return value
}

export const bytesParam = (params, member) => bytesOf(member, required(params, member))

export const optionalBytes = (params, member) =>
  params[member] === undefined ? new Uint8Array(0) : bytesOf(member, params[member])

/** The digest in the member `hash`. */
export const hashParam = (params) => nameOf(required(params, 'hash'), Object.keys(DIGESTS))

/** An integer from 0 to `max`, as Web IDL's [EnforceRange] reads it. */
export function integer(name, value, max) {
  const number = Math.trunc(Number(value))
  if (!(number >= 0 && number <= max)) throw new TypeError(`${name} is not from 0 to ${max}`)
  return number
}

export const integerParam = (params, member, max) => integer(member, required(params, member), max)
