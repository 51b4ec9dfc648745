/**
 * The newest lines of a text of an enclave, which may be unlimited. Text in the
 * page needs layout, which takes far longer than sending it.
 */

/** The maximum number of lines that are shown. */
export const MAX_LINES = 200
/** The maximum length of a line. */
const MAX_LINE = 4096

/** The end of a text. */
export interface Newest {
  /** Complete lines, oldest first, each truncated if too long. */
  lines: string[]
  /** Whether there were more. */
  isCut: boolean
  /** What follows the last line. */
  rest: string
}

/** `line`, truncated if too long. */
export const cutLine = (line: string): string =>
  line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line

/** The newest complete lines of `text`. A rest that exceeds the maximum length counts as a line. */
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

/** The newest lines of a complete text. */
export function newestText(text: string): { lines: string[]; isCut: boolean } {
  const { lines, isCut, rest } = newestLines(text)
  return { lines: rest === '' ? lines : [...lines, rest], isCut }
}

/** Milliseconds after which a hidden page continues. */
const HIDDEN = 100

/** Resolves once the page has been rendered and user input was handled. */
export function shown(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, HIDDEN)
    requestAnimationFrame(() => {
      clearTimeout(timer)
      setTimeout(resolve)
    })
  })
}
