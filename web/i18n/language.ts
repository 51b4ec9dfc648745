/** The language of the page, and how a part of it gets its texts. */
import { effect, type Signal, signal } from '@preact/signals'

/** English, or Simplified Chinese. */
export type Language = 'en' | 'zh'

/** The texts of one part of the page, in both languages. */
export interface Texts<Words> {
  readonly en: Words
  readonly zh: Words
}

/** Each language's name in itself. */
export const LANGUAGES: Readonly<Record<Language, string>> = { en: 'English', zh: '简体中文' }
const TAGS: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-Hans' }
const STORED = 'webclave.language'

/** What the reader chose, or else what the browser prefers. */
function firstLanguage(): Language {
  const stored = read()
  if (stored === 'en' || stored === 'zh') return stored
  return globalThis.navigator?.language?.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** Storage may be forbidden, or full. */
function read(): string | null {
  try {
    return localStorage.getItem(STORED)
  } catch {
    return null
  }
}

export const language: Signal<Language> = signal<Language>(firstLanguage())

/** Chooses a language, also for the next visit. */
export function setLanguage(chosen: Language): void {
  language.value = chosen
  try {
    localStorage.setItem(STORED, chosen)
  } catch {}
}

/** Makes the document say its language, for screen readers and fonts. */
export function followLanguage(): void {
  effect(() => {
    document.documentElement.lang = TAGS[language.value]
  })
}

/** The texts of a part: both languages must have the same ones. */
export const both = <Words>(en: Words, zh: Words): Texts<Words> => ({ en, zh })

/** The texts in the language of the page. */
export const text = <Words>(texts: Texts<Words>): Words => texts[language.value]

/** A number as the language writes it. */
export const number = (value: number): string => value.toLocaleString(TAGS[language.value])
