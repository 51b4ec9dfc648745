/** Asks the language service about the editor's text. */
import type { EditorState } from '@codemirror/state'
import type { LanguageService } from '../open-language.ts'

/** The language service, and the file that an editor shows. */
export interface Asked {
  readonly language: LanguageService
  readonly path: string
}

/** The answer about the text of `state`; undefined if there is none, also if the language service has failed. */
export async function ask<Answer>(
  { language, path }: Asked,
  state: EditorState,
  question: (language: LanguageService, path: string) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  language.update(path, state.doc.toString())
  try {
    return await question(language, path)
  } catch {
    // The page learns of it when it opens the language service; an editor without it still works.
    return undefined
  }
}
