/**
 * Finds uses of `Intl` in an application. The engine has no data of languages: what needs them throws when it is called,
 * and the author learns of it at the build. Node only.
 */
import { SourceMap } from 'node:module'
import type { BuildOptions } from 'esbuild'
import { type Run, WITH_MAP } from './bundle-options.ts'
import { sourceOf } from './source-map.ts'
import { limited } from './warnings.ts'

const CLASSES = [
  'Collator',
  'DateTimeFormat',
  'DisplayNames',
  'DurationFormat',
  'ListFormat',
  'Locale',
  'NumberFormat',
  'PluralRules',
  'RelativeTimeFormat',
  'Segmenter',
]
const MARK = '__webclaveIntl'
const USE = new RegExp(
  `(typeof (?:\\(0, )?)?${MARK}(\\w+)\\b(\\([^()]*\\)\\.resolvedOptions\\b|\\.supportedLocalesOf\\b)?`,
  'g',
)
/** Whether `code` contains the name at all, so that most builds need no more. */
export function mayUseIntl(code: string): boolean {
  return /\bIntl\b/.test(code)
}

/**
 * A warning with file and line for each use of the global `Intl` that needs data of languages. `run` builds again, with
 * each use marked: a search in the text would also find strings and other variables with that name.
 */
export async function findIntl(
  run: Run,
  options: BuildOptions,
  nameOf: (input: string) => string,
): Promise<string[]> {
  const marks = CLASSES.map((name) => [`Intl.${name}`, `${MARK}${name}`])
  const define = { ...options.define, ...Object.fromEntries(marks) }
  const { code, map } = await run({ ...WITH_MAP, define })
  const positions = new SourceMap(JSON.parse(map))
  const found: string[] = []
  for (const [line, text] of code.split('\n').entries()) {
    for (const { 0: _, 1: isAsked, 2: name, 3: isKnown, index } of text.matchAll(USE)) {
      if (isAsked || isKnown) continue
      const entry = positions.findEntry(line, index)
      if (!('originalSource' in entry)) continue
      found.push(`${nameOf(sourceOf(entry.originalSource))}:${entry.originalLine + 1}: Intl.${name}`)
    }
  }
  const lines = found.map((use) => `${use} needs data of languages, which an enclave does not have`)
  return limited(lines, (more) => `${more} more uses of Intl`)
}
