/** Reads the `@example` of every docstring in src/, and makes functions of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const src: string = fileURLToPath(new URL('../../src', import.meta.url))

export interface Example {
  /** Of its module, relative to `src`. */
  file: string
  lines: string[]
}

/** The examples of one file, their comment stars taken off. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(join(src, file), 'utf8')
  return [...text.matchAll(/@example\n((?: *\*(?!\/).*\n)+)/g)].map(([, body]) => {
    const lines = body!
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^ *\* ?/, ''))
    const end = lines.findIndex((line) => line.startsWith('@'))
    return { file, lines: end < 0 ? lines : lines.slice(0, end) }
  })
}

export const examples: Example[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .flatMap(examplesOf)

/** A value in a comment that says exactly what the line gives; prose and abridged values say it to people only. */
function expectedValue(comment: string): string | undefined {
  if (comment.includes('…')) return undefined
  const value = comment.replace(/^Uint8Array (\[.*\])$/, 'Uint8Array.of(...$1)')
  try {
    new Function(`return (${value})`)()
    return value
  } catch {
    return undefined
  }
}

/** The example as a function's body: a line with a value becomes a check of it, and an import one of an entry in src/. */
export function bodyOf(lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [, imported, entry] = line.match(/^import (\{.*\}) from '(webclave.*)'$/) ?? []
      if (entry) return `const ${imported} = await entry('${entry}')`
      const [, code, comment] = line.match(/^(?!const |let |for |await using )(.*\S)\s+\/\/ (.*)$/) ?? []
      const value = comment && expectedValue(comment)
      return code && value ? `check(await (${code}), ${value})` : line
    })
    .join('\n')
}
