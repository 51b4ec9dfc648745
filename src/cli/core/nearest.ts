/** Suggests the word that a misspelt one may have meant. */

/** The word nearest to `given`, if at most a third of its letters (and at least one) may be wrong. */
export function nearest(given: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, distance: distance(given, word) }))
    .filter(({ word, distance: steps }) => steps <= Math.max(1, Math.floor(word.length / 3)))
    .sort((left, right) => left.distance - right.distance)
  return best?.word
}

/** The edit distance: letters to insert, remove or replace to get from one word to the other. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let at = 1; at <= left.length; at++) {
    const next = [at]
    for (let to = 1; to <= right.length; to++) {
      const replaced = row[to - 1]! + (left[at - 1] === right[to - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[to]! + 1, next[to - 1]! + 1))
    }
    row = next
  }
  return row[right.length]!
}
