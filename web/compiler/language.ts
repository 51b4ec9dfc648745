/**
 * What the editor knows about an application: its errors, completions and descriptions, by TypeScript's language service. It
 * has the types of an enclave, `webclave/guest`, and of Node's modules there, and none of a page. Runs in a Worker.
 */
import type TypeScript from 'typescript-6'
import { ABSENT, PROVIDED } from '../../src/image/build/node-names.ts'
import type { Completions, Description, Detail, Finding, Signature } from './language-answers.ts'
import { LanguageFiles } from './language-files.ts'

type Api = typeof TypeScript

/** Completions beyond this number help nobody. */
const MAX_COMPLETIONS = 1500
const PREFERENCES: TypeScript.UserPreferences = {
  includeCompletionsForModuleExports: true,
  includeCompletionsWithInsertText: true,
  importModuleSpecifierEnding: 'minimal',
  quotePreference: 'auto',
}
const FORMAT: TypeScript.FormatCodeSettings = { indentSize: 2, convertTabsToSpaces: true }

/** What TypeScript advises if a name is unknown, about settings that this page does not have. */
const ADVICE = / Do you need to (?:change your target library|install type definitions)[\s\S]*$/
/** What the SDK is made of; applications import the SDK. */
const INTERNAL = /^(?:webclave|wasi|qingtian):/

const MODULE = 'external module name'

/** The language service for one application. Positions are in UTF-16 code units from the start of a file. */
export class Language {
  readonly #ts: Api
  readonly #files: LanguageFiles
  readonly #service: TypeScript.LanguageService

  /** `declarations` are the files that web/site/declarations.ts collects. */
  constructor(ts: Api, declarations: ReadonlyMap<string, string>) {
    this.#ts = ts
    this.#files = new LanguageFiles(ts, declarations)
    this.#service = ts.createLanguageService(this.#files)
  }

  /** Changes with every change of a file. */
  get revision(): number {
    return this.#files.revision
  }

  /** Replaces the files of the application. */
  setFiles(files: Readonly<Record<string, string>>): void {
    this.#files.replace(files)
  }

  /** Replaces one file, or adds it. */
  update(path: string, text: string): void {
    this.#files.update(path, text)
  }

  /** Errors and warnings in a file, in the order of their positions. */
  findings(path: string): Finding[] {
    const file = this.#files.script(path)
    if (file === undefined) return []
    const service = this.#service
    const all = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)]
    const { DiagnosticCategory, flattenDiagnosticMessageText } = this.#ts
    return all
      .map(({ start = 0, length = 0, category, code, messageText }) => ({
        from: start,
        to: start + length,
        severity: category === DiagnosticCategory.Error ? ('error' as const) : ('warning' as const),
        text: flattenDiagnosticMessageText(messageText, '\n').replace(ADVICE, ''),
        code: `TS${code}`,
      }))
      .sort((left, right) => left.from - right.from)
  }

  /** What can be written at `position`; undefined if nothing. */
  complete(path: string, position: number): Completions | undefined {
    const file = this.#files.script(path)
    if (file === undefined) return undefined
    const found = this.#service.getCompletionsAtPosition(file, position, PREFERENCES, FORMAT)
    if (!found) return undefined
    const { optionalReplacementSpan: span, entries, isMemberCompletion } = found
    return {
      from: span?.start ?? startOfWord(this.#files.text(path)!, position),
      isMember: isMemberCompletion,
      options: [...modulesAmong(entries), ...entries.filter(isOffered)]
        .slice(0, MAX_COMPLETIONS)
        .map((entry) => ({
          name: entry.name,
          kind: entry.kind,
          sort: entry.sortText,
          ...(entry.insertText !== undefined && { insert: entry.insertText }),
          ...(entry.replacementSpan && { from: entry.replacementSpan.start }),
          ...(entry.source !== undefined && { source: entry.source }),
          ...(entry.data && { data: entry.data }),
        })),
    }
  }

  /** More about one option of `complete`: its type, its documentation, and the import that it needs. */
  detail(path: string, position: number, option: Completions['options'][number]): Detail | undefined {
    const file = this.#files.script(path)
    if (file === undefined) return undefined
    const data = option.data as TypeScript.CompletionEntryData | undefined
    const found = this.#service.getCompletionEntryDetails(
      file,
      position,
      option.name,
      FORMAT,
      option.source,
      PREFERENCES,
      data,
    )
    if (!found) return undefined
    const changes = found.codeActions?.flatMap((action) => action.changes) ?? []
    const edits = changes
      .filter(({ fileName }) => fileName === file)
      .flatMap(({ textChanges }) => textChanges)
    return {
      ...this.#describe(found),
      edits: edits.map(({ span, newText }) => ({
        from: span.start,
        to: span.start + span.length,
        insert: newText,
      })),
    }
  }

  /** What is at `position`. */
  describe(path: string, position: number): Description | undefined {
    const file = this.#files.script(path)
    const found = file === undefined ? undefined : this.#service.getQuickInfoAtPosition(file, position)
    if (!found) return undefined
    const { start, length } = found.textSpan
    return { from: start, to: start + length, ...this.#describe(found) }
  }

  /** The call around `position`, and which argument is there. */
  signature(path: string, position: number): Signature | undefined {
    const file = this.#files.script(path)
    const found = file === undefined ? undefined : this.#service.getSignatureHelpItems(file, position, {})
    const item = found?.items[found.selectedItemIndex]
    if (!found || !item) return undefined
    const textOf = this.#ts.displayPartsToString
    return {
      from: found.applicableSpan.start,
      before: textOf(item.prefixDisplayParts),
      parameters: item.parameters.map(({ displayParts }) => textOf(displayParts)),
      after: textOf(item.suffixDisplayParts),
      active: found.argumentIndex,
      text: textOf(item.documentation),
    }
  }

  #describe({
    displayParts,
    documentation,
    tags,
  }: Pick<TypeScript.QuickInfo, 'displayParts' | 'documentation' | 'tags'>) {
    const textOf = this.#ts.displayPartsToString
    const notes = (tags ?? []).map(({ name, text }) => `@${name} ${textOf(text)}`.trim())
    return {
      type: textOf(displayParts),
      text: [textOf(documentation), ...notes].filter(Boolean).join('\n\n'),
    }
  }
}

/**
 * Names of what applications import; those of Node's modules with their prefix. What a module of Node exports is offered
 * once it is imported: the SDK has much of it under the same names.
 */
const isOffered = ({ name, kind, source = '' }: TypeScript.CompletionEntry) =>
  !source.startsWith('node:') && isImported(source) && !(kind === MODULE && !isImported(name))

const isImported = (name: string) => !INTERNAL.test(name) && !PROVIDED.has(name) && !ABSENT.has(name)

/** TypeScript offers packages of a package.json, which an application in a tab does not need. */
function modulesAmong(entries: readonly TypeScript.CompletionEntry[]): TypeScript.CompletionEntry[] {
  const example = entries.find(({ kind }) => kind === MODULE)
  return example ? [{ ...example, name: 'webclave/sdk' }] : []
}

function startOfWord(text: string, position: number): number {
  return position - /[\w$]*$/.exec(text.slice(Math.max(0, position - 200), position))![0].length
}
