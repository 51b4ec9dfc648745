/** All texts of a part of the page, in both languages; functions are called with plain arguments. */
import type { Texts } from '../../../web/i18n/language.ts'

/** One text: its place in the dictionary, and what it is in both languages. */
export interface Pair {
  readonly path: string
  readonly en: string
  readonly zh: string
}

export function textsOf(texts: Texts<unknown>): Pair[] {
  return pairs('', texts.en, texts.zh)
}

type Called = (...given: unknown[]) => unknown

/** With numbers, or with names if it takes only those. */
function called(of: Called): unknown {
  const given = Array.from({ length: of.length }, (_, at) => at + 2)
  try {
    return of(...given)
  } catch {
    return of(...given.map(String))
  }
}

function pairs(path: string, en: unknown, zh: unknown): Pair[] {
  if (typeof en !== typeof zh) throw new Error(`${path} has two types in the two languages`)
  if (typeof en === 'string') return [{ path, en, zh: zh as string }]
  if (typeof en === 'function') {
    return pairs(`${path}()`, called(en as Called), called(zh as Called))
  }
  if (typeof en !== 'object' || en === null) throw new Error(`${path} is not a text`)
  const keys = new Set([...Object.keys(en), ...Object.keys(zh as object)])
  return [...keys].flatMap((key) =>
    pairs(
      path ? `${path}.${key}` : key,
      (en as Record<string, unknown>)[key],
      (zh as Record<string, unknown>)[key],
    ),
  )
}
