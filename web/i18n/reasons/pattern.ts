/** Sentences of `src` in Chinese: the English one as a pattern, and what it becomes with what varies in it. */

/** The pattern has no anchors: it is for the whole sentence. */
export type Pattern = readonly [words: string, chinese: string | ((...parts: string[]) => string)]

/** `words` by the first pattern that matches. */
export function translated(patterns: readonly Pattern[], words: string): string | undefined {
  for (const [pattern, chinese] of patterns) {
    const found = new RegExp(`^${pattern}$`, 's').exec(words)
    if (found) return typeof chinese === 'string' ? chinese : chinese(...found.slice(1))
  }
  return undefined
}
