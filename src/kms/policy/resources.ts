/**
 * The resources of a statement: keys by their two names, AWS's and Huawei's. Rejects a Deny that matches
 * no key, and an exception from an Allow that matches none; in a key policy, only the key itself counts.
 */
import type { KeyNames, Place } from '../keys/place.ts'
import { KEYLESS_ACTIONS } from './actions.ts'
import { pointsOf } from './glob.ts'
import { at, badPolicy } from './reading.ts'
import type { Resources, Statement } from './statement.ts'

const ANYTHING = pointsOf('*')
const UUID = Array.from({ length: 36 }, () => '0123456789abcdef-')
const OTHER_SERVICE = /^arn:[^:*?]+:(?!kms:)[^:*?]+:/

/** Whether resources match actions that do not concern a key (before negation). */
export function coversKeyless({ globs }: Resources): boolean {
  return globs.some((glob) => glob.matches(ANYTHING))
}

/** Whether resources match a key by any of its names (before negation). */
export function coversKey({ globs }: Resources, names: KeyNames): boolean {
  const points = names.map(pointsOf)
  return globs.some((glob) => points.some((name) => glob.matches(name)))
}

/**
 * @param own the names of the key to which the policy belongs, if known.
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
    throw badPolicy(name, 'names that leave something to deny', patterns.join(', '))
  }
  if (own === undefined || (!isDeny && !negated)) return
  // In a key policy, a Deny of all but this key or of another key denies nothing; an exception of another key has no
  // effect.
  if (coversKey(resources, own) !== (isDeny && negated)) return
  const expected =
    isDeny && negated ? 'names of other keys than the key itself' : '* or a name of the key itself'
  throw badPolicy(name, `${expected}, which is ${own.join(' or ')}`, patterns.join(', '))
}

/** Each pattern must be able to match a key or belong to another service; a Deny needs at least one that can. */
function requireNames({ patterns, negated }: Resources, place: string): void {
  const able = patterns.filter((pattern) => canNameKey(pattern))
  const wrong = patterns.find((pattern) => !able.includes(pattern) && !OTHER_SERVICE.test(pattern))
  const found = wrong ?? (able.length === 0 && !negated ? patterns[0] : undefined)
  if (found === undefined) return
  const expected = '* or the name of keys: arn:aws:kms:REGION:ACCOUNT:key/ID or kms:REGION:DOMAIN:KeyId:ID'
  throw badPolicy(place, expected, found)
}

/** A position in a key name: its possible characters; `undefined` means any number of characters except colons. */
type Character = string | undefined

/** The possible names of keys in one region and account, or in any. */
function keyNamesIn({ region, account, domain }: Partial<Place>): readonly (readonly Character[])[] {
  const anything = (part: string | undefined): Character[] => (part === undefined ? [undefined] : [...part])
  return [
    [...'arn:aws:kms:', ...anything(region), ':', ...anything(account), ...':key/', ...UUID],
    [...'kms:', ...anything(region), ':', ...anything(domain), ...':KeyId:', ...UUID],
  ]
}

const ANYWHERE = keyNamesIn({})

/** Whether `pattern` can match a key, in one region and account or in any. */
export function canNameKey(pattern: string, place?: Place): boolean {
  const characters = Array.from(pattern.replace(/^KMS:/, 'kms:'))
  return (place ? keyNamesIn(place) : ANYWHERE).some((name) => meets(characters, name))
}

/** Matches a pattern against possible names: for each position, whether the pattern so far can reach it. */
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
    // Any number of characters may also be none.
    for (let at = 0; at < name.length; at++) if (next[at] === 1 && name[at] === undefined) next[at + 1] = 1
    if (!next.includes(1)) return false
    reached = next
  }
  return reached[name.length] === 1
}

const WITNESSES = 64
let made: readonly KeyNames[] | undefined

/**
 * Fictitious keys, the same in every run: patterns that match all of them are taken to match every key, because no
 * policy names one of these.
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
