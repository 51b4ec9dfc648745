/**
 * What is shown of a text that an enclave may make as long as it likes: the newest lines of it. Whatever is put into the
 * page has to be laid out, which takes far longer than it took to send.
 */

/** Lines that are shown at most. */
export const MAX_LINES = 200
/** Characters of one line. */
const MAX_LINE = 4096

/** The end of a text. */
export interface Newest {
  /** Whole lines, oldest first, each cut where it is too long. */
  lines: string[]
  /** Whether there were more. */
  isCut: boolean
  /** What follows the last line. */
  rest: string
}

/** `line`, or as much of it as is shown. */
export const cutLine = (line: string): string =>
  line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line

/** The newest whole lines of `text`. A rest that is longer than a line may be is one. */
export function newestLines(text: string): Newest {
  const last = text.lastIndexOf('\n')
  let begin = last
  for (let count = 0; count < MAX_LINES && begin >= 0; count++)
    begin = begin === 0 ? -1 : text.lastIndexOf('\n', begin - 1)
  const lines =
    last < 0
      ? []
      : text
          .slice(begin + 1, last)
          .split('\n')
          .map(cutLine)
  const rest = text.slice(last + 1)
  if (rest.length <= MAX_LINE) return { lines, isCut: begin >= 0, rest }
  return { lines: [...lines, cutLine(rest)].slice(-MAX_LINES), isCut: begin >= 0, rest: '' }
}

/** The newest lines of a whole text, with a word where there were more. */
export function newestText(text: string): string {
  const { lines, isCut, rest } = newestLines(text)
  return `${isCut ? '(what came before is not shown)\n' : ''}${[...lines, rest].join('\n')}`
}

/** Milliseconds after which a page that shows nothing goes on all the same. */
const HIDDEN = 100

/** Resolves once the page has been shown, and whoever uses it has had their turn. */
export function shown(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, HIDDEN)
    requestAnimationFrame(() => {
      clearTimeout(timer)
      setTimeout(resolve)
    })
  })
}
