/**
 * What the resources of a statement can be about: keys by their two names, AWS's and Huawei's. Refuses a Deny that is about
 * no key, and an Allow's exception that is about none; in a key's own policy that key is the only one there is.
 */
import type { KeyNames, Place } from '../keys/place.ts'
import { KEYLESS_ACTIONS } from './actions.ts'
import { pointsOf } from './glob.ts'
import { at, badPolicy } from './reading.ts'
import type { Resources, Statement } from './statement.ts'

const ANYTHING = pointsOf('*')
const UUID = Array.from({ length: 36 }, () => '0123456789abcdef-')
const OTHER_SERVICE = /^arn:[^:*?]+:(?!kms:)[^:*?]+:/

/** Whether resources name what is done to no key, or would, were they not negated. */
export function coversKeyless({ globs }: Resources): boolean {
  return globs.some((glob) => glob.matches(ANYTHING))
}

/** Whether resources name a key by any of its names, or would, were they not negated. */
export function coversKey({ globs }: Resources, names: KeyNames): boolean {
  const points = names.map(pointsOf)
  return globs.some((glob) => points.some((name) => glob.matches(name)))
}

/**
 * @param own the names of the key whose policy it is, where that is known.
 * @throws {KmsError} E_KMS_POLICY
 */
export function requireResources(
  { effect, resources, permissions }: Statement,
  place: string,
  own: KeyNames | undefined,
): void {
  const { patterns, negated } = resources
  const [isDeny, name] = [effect === 'Deny', at(place, negated ? 'NotResource' : 'Resource')]
  if (isDeny !== negated) requireNames(resources, name)
  const isOfKeys = [...permissions].some((action) => !KEYLESS_ACTIONS.has(action))
  if (isDeny && negated && isOfKeys && witnesses().every((names) => coversKey(resources, names))) {
    throw badPolicy(name, 'something beside it that is denied', patterns.join(', '))
  }
  if (own === undefined || (!isDeny && !negated)) return
  // A Deny of all but this key denies nothing, one of another key neither; an exception of another key excepts nothing.
  if (coversKey(resources, own) !== (isDeny && negated)) return
  const expected = isDeny && negated ? 'names of others than the key itself' : '* or a name of the key itself'
  throw badPolicy(name, `${expected}, which is ${own.join(' or ')}`, patterns.join(', '))
}

/** Each must be able to name a key, or be another service's; what a Deny is about must have one that can. */
function requireNames({ patterns, negated }: Resources, place: string): void {
  const able = patterns.filter((pattern) => canNameKey(pattern))
  const wrong = patterns.find((pattern) => !able.includes(pattern) && !OTHER_SERVICE.test(pattern))
  const found = wrong ?? (able.length === 0 && !negated ? patterns[0] : undefined)
  if (found === undefined) return
  const expected = '* or the name of keys: arn:aws:kms:REGION:ACCOUNT:key/ID or kms:REGION:DOMAIN:KeyId:ID'
  throw badPolicy(place, expected, found)
}

/** A place in the name of a key: the characters that may stand there, `undefined` for any number of all but colons. */
type Character = string | undefined

/** The names of keys: in one place, or in any. */
function keyNamesIn({ region, account, domain }: Partial<Place>): readonly (readonly Character[])[] {
  const anything = (part: string | undefined): Character[] => (part === undefined ? [undefined] : [...part])
  return [
    [...'arn:aws:kms:', ...anything(region), ':', ...anything(account), ...':key/', ...UUID],
    [...'kms:', ...anything(region), ':', ...anything(domain), ...':KeyId:', ...UUID],
  ]
}

const ANYWHERE = keyNamesIn({})

/** Whether any key, anywhere or in one place, could have a name that `pattern` stands for. */
export function canNameKey(pattern: string, place?: Place): boolean {
  const characters = Array.from(pattern.replace(/^KMS:/, 'kms:'))
  return (place ? keyNamesIn(place) : ANYWHERE).some((name) => meets(characters, name))
}

/** Walks both at once: for each place in the name, whether the pattern's characters so far can have led there. */
function meets(characters: readonly string[], name: readonly Character[]): boolean {
  let reached = new Uint8Array(name.length + 1)
  reached[0] = 1
  for (const character of characters) {
    const next = new Uint8Array(name.length + 1)
    if (character === '*') next.fill(1, reached.indexOf(1))
    else {
      for (let at = 0; at < name.length; at++) {
        if (reached[at] === 0) continue
        const place = name[at]
        if (place === undefined) {
          if (character !== ':') next[at] = 1
        } else if (character === '?' || place.includes(character)) next[at + 1] = 1
      }
    }
    // What may be any number of characters may be none.
    for (let at = 0; at < name.length; at++) if (next[at] === 1 && name[at] === undefined) next[at + 1] = 1
    if (!next.includes(1)) return false
    reached = next
  }
  return reached[name.length] === 1
}

const WITNESSES = 64
let made: readonly KeyNames[] | undefined

/**
 * Keys of nowhere: patterns that name each of them name every key, whatever their number and form, for nobody has written
 * any of these down. They are the same in every run.
 */
function witnesses(): readonly KeyNames[] {
  made ??= Array.from({ length: WITNESSES }, (_, at) => {
    let state = at
    const digits = (count: number, base: number) =>
      Array.from({ length: count }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
        return ((state >>> 16) % base).toString(base)
      }).join('')
    const [first, last, variant] = [at % 16, (at >>> 2) % 16, 8 + (at % 4)].map((one) => one.toString(16))
    const id = `${first}${digits(7, 16)}-${digits(4, 16)}-4${digits(3, 16)}-${variant}${digits(3, 16)}-${digits(11, 16)}${last}`
    const region = digits(9, 16)
    return [
      `arn:aws:kms:${region}:${digits(12, 10)}:key/${id}`,
      `kms:${region}:${digits(32, 16)}:KeyId:${id}`,
    ]
  })
  return made
}
