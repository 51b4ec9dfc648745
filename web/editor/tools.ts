/** The compiler and the language service of the page, which are loaded on first use, with progress. */
import { type Signal, signal } from '@preact/signals'
import { PageCompiler } from '../compiler/open-compiler.ts'
import { PageLanguage } from '../compiler/open-language.ts'
import type { Progress } from '../compiler/progress.ts'

/** How far a tool is loaded; undefined before and after. */
export const compilerProgress: Signal<Progress | undefined> = signal(undefined)
export const languageProgress: Signal<Progress | undefined> = signal(undefined)

let compiler: Promise<PageCompiler> | undefined
let language: Promise<PageLanguage> | undefined

/** The compiler; a failed load is tried again by the next call. */
export function openCompiler(): Promise<PageCompiler> {
  compiler ??= PageCompiler.open(show(compilerProgress)).finally(() => {
    compilerProgress.value = undefined
  })
  compiler.catch(() => {
    compiler = undefined
  })
  return compiler
}

/** The language service. */
export function openLanguage(): Promise<PageLanguage> {
  language ??= PageLanguage.open(show(languageProgress)).finally(() => {
    languageProgress.value = undefined
  })
  language.catch(() => {
    language = undefined
  })
  return language
}

const show = (signal: Signal<Progress | undefined>) => (progress: Progress) => {
  signal.value = progress
}
