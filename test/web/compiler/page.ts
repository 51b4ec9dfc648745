/** The page's part of the browser tests: the Workers of the compiler and of the language service. */

import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { javascript } from '@codemirror/lang-javascript'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView, keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { pcrHex } from '../../../src/base/pcrs.ts'
import { createEditor, findingsOfBuild, languageTools } from '../../../web/compiler/extensions.ts'
import { PageCompiler } from '../../../web/compiler/open-compiler.ts'
import { PageLanguage } from '../../../web/compiler/open-language.ts'
import type { Problem } from '../../../web/compiler/problem.ts'
import type { Progress } from '../../../web/compiler/progress.ts'
import type { BuildRequest } from '../../../web/compiler/request.ts'
import type { HostError } from '../../../web/host/errors.ts'

let compiler: PageCompiler | undefined
let language: PageLanguage | undefined
let problem: Problem | undefined
let editor: EditorView | undefined
const announced: string[] = []
const violations: string[] = []
addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violations.push(effectiveDirective))

const calls = {
  /** Loads the compiler, and returns its progress. */
  async openCompiler(): Promise<Progress[]> {
    const progress: Progress[] = []
    compiler = await PageCompiler.open((each) => void progress.push(each))
    return progress
  },
  /** Why one of the Workers could not be loaded. */
  async failToOpen(which: 'compiler' | 'language'): Promise<unknown> {
    const opened = which === 'compiler' ? PageCompiler.open() : PageLanguage.open()
    return opened.then(
      () => 'it was loaded',
      (error: HostError) => error.shown,
    )
  },
  /** The PCR0 of an image, or why there is none; undefined if the request was replaced. */
  async build(request: BuildRequest): Promise<unknown> {
    const answer = await compiler!.build(request)
    problem = answer?.kind === 'refused' ? answer.problem : undefined
    return answer?.kind === 'built' ? pcrHex(answer.pcrs, 0) : problem
  },
  /** The answers of builds that are requested at the same time. */
  buildAtOnce: (requests: BuildRequest[]): Promise<unknown[]> => Promise.all(requests.map(calls.build)),
  async openLanguage(): Promise<Progress[]> {
    const progress: Progress[] = []
    language = await PageLanguage.open((each) => void progress.push(each))
    return progress
  },
  /** Opens an editor for `index.ts`, with what the last build found. */
  openEditor(text: string): void {
    language!.setFiles({ 'index.ts': text })
    const more = (doc: EditorView['state']['doc']) => findingsOfBuild(doc, 'index.ts', problem)
    const extensions = [javascript({ typescript: true }), languageTools(language!, 'index.ts', more)]
    const label = EditorView.contentAttributes.of({ 'aria-label': 'Source' })
    editor?.destroy()
    editor = createEditor(document.querySelector<HTMLElement>('#editor')!, {
      doc: text,
      extensions: [extensions, label],
    })
    editor.dispatch({ selection: { anchor: text.length } })
    editor.focus()
    const live = editor.dom.querySelector('.cm-announced')!
    new MutationObserver(() => void announced.push(live.textContent)).observe(live, {
      childList: true,
      subtree: true,
    })
  },
  /** Opens an editor that undoes, selects all and closes brackets, without the language service. */
  openPlainEditor(text: string): void {
    editor?.destroy()
    const keys = keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap])
    const extensions = [history(), closeBrackets(), keys, javascript({ typescript: true })]
    editor = createEditor(document.querySelector<HTMLElement>('#editor')!, {
      doc: text,
      extensions: [
        extensions,
        syntaxHighlighting(HighlightStyle.define([{ tag: tags.comment, color: 'red' }])),
      ],
    })
    editor.focus()
  },
  /** What the page's policy has blocked. */
  violations: (): string[] => violations,
  /** What a screen reader was told. */
  announced: (): string => announced.join('\n'),
  async findings(files: Record<string, string>, path: string): Promise<unknown> {
    language!.setFiles(files)
    return language!.findings(path)
  },
  /** The answers of questions between which a file changes. */
  async askAndChange(path: string, texts: string[]): Promise<unknown[]> {
    const answers = texts.map((text) => {
      language!.update(path, text)
      return language!.findings(path)
    })
    return Promise.all(answers)
  },
}

export type Calls = typeof calls

Object.assign(globalThis, { calls })
