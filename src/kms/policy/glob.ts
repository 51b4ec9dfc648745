/**
 * Patterns of policies with `*` (any characters) and `?` (any one). Patterns and texts are hostile, so matching
 * takes linear time in the text, after the pattern was parsed in linear time. A part between two `*` is
 * searched with the algorithm of Knuth, Morris and Pratt (SIAM J. Comput. 6, 1977); if it contains `?`, with that of
 * Baeza-Yates and Gonnet (CACM 35, 1992), with one bit per character: such a part may have at most 128 characters.
 */

/** The maximum length of a part between two `*` that contains `?`. */
export const SEARCHED_MAX = 128

const STAR = 0x2a
const ANY = 0x3f
const WORD_BITS = 32
/** Characters below this are looked up in a table. */
const COMMON = 128

/** The code points of a text, so that `?` matches one character regardless of UTF-16. */
export function pointsOf(text: string): ArrayLike<number> {
  const points = new Uint32Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; length++) {
    const point = text.codePointAt(at)!
    points[length] = point
    at += point > 0xffff ? 2 : 1
  }
  return points.subarray(0, length)
}

/** Whether `text` contains wildcards. */
export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text)
}

/** Searches `text` between `from` and `to` for a part of a pattern: its first index, or -1. */
type Search = (text: ArrayLike<number>, from: number, to: number) => number

interface Part {
  readonly from: number
  readonly length: number
}

/** A parsed pattern. */
export class Glob {
  readonly #pattern: ArrayLike<number>
  readonly #first: Part
  /** The part after the last `*`; undefined in a pattern without `*`. */
  readonly #last: Part | undefined
  readonly #between: readonly { readonly search: Search; readonly length: number }[]
  /** The minimum length of a matching text. */
  readonly #least: number

  /** @throws {RangeError} for a part between two `*` that contains `?` and is longer than `SEARCHED_MAX`. */
  constructor(pattern: ArrayLike<number>) {
    this.#pattern = pattern
    const parts: Part[] = []
    let from = 0
    for (let at = 0; at < pattern.length; at++) {
      if (pattern[at] !== STAR) continue
      parts.push({ from, length: at - from })
      from = at + 1
    }
    parts.push({ from, length: pattern.length - from })
    this.#first = parts[0]!
    this.#last = parts.length > 1 ? parts.at(-1) : undefined
    const between = parts.slice(1, -1).filter(({ length }) => length > 0)
    this.#between = between.map((part) => ({ length: part.length, search: searchFor(pattern, part) }))
    this.#least = parts.reduce((sum, { length }) => sum + length, 0)
  }

  /** Whether the pattern matches `text`. */
  matches(text: ArrayLike<number>): boolean {
    const { length } = text
    if (length < this.#least || !this.#stands(this.#first, text, 0)) return false
    if (this.#last === undefined) return length === this.#least
    const end = length - this.#last.length
    if (!this.#stands(this.#last, text, end)) return false
    let at = this.#first.length
    for (const { search, length: size } of this.#between) {
      const found = search(text, at, end)
      if (found < 0) return false
      at = found + size
    }
    return true
  }

  #stands({ from, length }: Part, text: ArrayLike<number>, at: number): boolean {
    for (let index = 0; index < length; index++) {
      const wanted = this.#pattern[from + index]
      if (wanted !== ANY && wanted !== text[at + index]) return false
    }
    return true
  }
}

/** Whether `pattern` matches `text`. */
export function matchesGlob(pattern: string, text: string): boolean {
  return new Glob(pointsOf(pattern)).matches(pointsOf(text))
}

/** Whether `pattern` is not supported, because it cannot be matched in linear time. */
export function isTooWide(pattern: string): boolean {
  const between = pattern.split('*').slice(1, -1)
  return between.some((part) => part.includes('?') && pointsOf(part).length > SEARCHED_MAX)
}

function searchFor(pattern: ArrayLike<number>, { from, length }: Part): Search {
  for (let at = 0; at < length; at++)
    if (pattern[from + at] === ANY) return searchByBits(pattern, from, length)
  return searchByPrefixes(pattern, from, length)
}

function searchByPrefixes(pattern: ArrayLike<number>, start: number, length: number): Search {
  // For each prefix of the part, the length of its longest proper prefix that is also a suffix.
  const borders = new Int32Array(length)
  for (let at = 1, border = 0; at < length; at++) {
    while (border > 0 && pattern[start + at] !== pattern[start + border]) border = borders[border - 1]!
    if (pattern[start + at] === pattern[start + border]) border++
    borders[at] = border
  }
  return (text, from, to) => {
    for (let at = from, held = 0; at < to; at++) {
      while (held > 0 && text[at] !== pattern[start + held]) held = borders[held - 1]!
      if (text[at] === pattern[start + held]) held++
      if (held === length) return at + 1 - length
    }
    return -1
  }
}

function searchByBits(pattern: ArrayLike<number>, start: number, length: number): Search {
  if (length > SEARCHED_MAX) throw new RangeError(`a part of a pattern with ? is ${length} characters long`)
  const words = Math.ceil(length / WORD_BITS)
  // For each character of the part, a bit set of its positions, `words` words long; first that of `?`.
  const places = new Map<number, number>()
  for (let at = 0; at < length; at++) {
    const character = pattern[start + at]!
    if (character !== ANY && !places.has(character)) places.set(character, (places.size + 1) * words)
  }
  const masks = new Int32Array((places.size + 1) * words)
  for (let at = 0; at < length; at++) {
    const [word, bit] = [Math.floor(at / WORD_BITS), 1 << (at % WORD_BITS)]
    const place = places.get(pattern[start + at]!)
    if (place !== undefined) masks[place + word]! |= bit
    else for (let every = word; every < masks.length; every += words) masks[every]! |= bit
  }
  const common = new Int32Array(COMMON)
  for (let character = 0; character < COMMON; character++) common[character] = places.get(character) ?? 0
  const [lastWord, lastBit] = [words - 1, 1 << ((length - 1) % WORD_BITS)]
  return (text, from, to) => {
    // Bit n is set if the last n + 1 characters match the first n + 1 of the part.
    const held = new Int32Array(words)
    for (let at = from; at < to; at++) {
      const character = text[at]!
      const place = character < COMMON ? common[character]! : (places.get(character) ?? 0)
      let carry = 1
      for (let word = 0; word < words; word++) {
        const bits = held[word]!
        held[word] = ((bits << 1) | carry) & masks[place + word]!
        carry = bits >>> (WORD_BITS - 1)
      }
      if ((held[lastWord]! & lastBit) !== 0) return at + 1 - length
    }
    return -1
  }
}
