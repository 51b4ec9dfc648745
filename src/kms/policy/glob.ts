/**
 * Patterns with `*` (any characters) and `?` (any one), as policies write them. Patterns and texts are hostile, so a match
 * takes time linear in the text, once the pattern has been read in time linear in the pattern. Between two `*` a part is
 * looked for by Knuth, Morris and Pratt's way (SIAM J. Comput. 6, 1977); where it holds a `?`, which that way cannot, by
 * Baeza-Yates and Gonnet's (CACM 35, 1992), a bit for each character: such a part may have at most 128.
 */

/** Characters that may stand between two `*` where a `?` is among them. */
export const SEARCHED_MAX = 128

const STAR = 0x2a
const ANY = 0x3f
const WORD_BITS = 32
/** Characters that are looked up in a table. */
const COMMON = 128

/** The characters of a text by their code points, so that one is one, whatever its UTF-16. */
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

/** Whether `text` is a pattern, and not a name. */
export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text)
}

/** Looks for a part of a pattern in `text` between `from` and `to`: where it begins first, or -1. */
type Search = (text: ArrayLike<number>, from: number, to: number) => number

interface Part {
  readonly from: number
  readonly length: number
}

/** A pattern, read once. */
export class Glob {
  readonly #pattern: ArrayLike<number>
  readonly #first: Part
  /** What must follow the last `*`; undefined in a pattern without any. */
  readonly #last: Part | undefined
  readonly #between: readonly { readonly search: Search; readonly length: number }[]
  /** Characters that any text has that it stands for. */
  readonly #least: number

  /** @throws {RangeError} for more between two `*` than `SEARCHED_MAX` with a `?` among them. */
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

  /** Whether `text` is one of those that the pattern stands for. */
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

/** Whether `text` is one of those that `pattern` stands for. */
export function matchesGlob(pattern: string, text: string): boolean {
  return new Glob(pointsOf(pattern)).matches(pointsOf(text))
}

/** Whether `pattern` cannot be matched in linear time, and so not at all. */
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
  // For each beginning of the part, the longest shorter one that it ends in.
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
  if (length > SEARCHED_MAX) throw new RangeError(`${length} characters of a pattern, one of them ?`)
  const words = Math.ceil(length / WORD_BITS)
  // For each character of the part, where in it that may stand, `words` after `words`; first, where any may.
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
    // Bit n is set where the last n + 1 characters are as the first n + 1 of the part.
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
