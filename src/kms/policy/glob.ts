/**
 * Patterns with `*` (any characters) and `?` (any one), as policies write them. A pattern may be hostile: matching goes
 * once through the text and back at most to the last `*`, with no expression that could explode.
 */

/** Whether `text` is one of those that `pattern` stands for. */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0
  let inText = 0
  let star = -1
  let resume = 0
  while (inText < text.length) {
    if (pattern[at] === '*') {
      star = at++
      resume = inText
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[inText])) {
      at++
      inText++
    } else if (star >= 0) {
      at = star + 1
      inText = ++resume
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
