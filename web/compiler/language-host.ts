/** The language service for the page: calls with plain values. A question about files that have changed since is not answered. */
import declarations from 'virtual:webclave/declarations'
import { yieldToTasks } from '../../src/platform/yield.ts'
import { unpack } from './archive.ts'
import { Language } from './language.ts'
import type { Completions, Description, Detail, Finding, Option, Signature } from './language-answers.ts'
import { bytesOf, loadParts, type OnProgress } from './progress.ts'

/** About what TypeScript has, compressed: its script is loaded as one, without progress. */
const TYPESCRIPT_SIZE = 1_000_000

/** What the Worker offers. */
export class LanguageHost {
  #language: Language | undefined

  /** @throws {EnclaveError} E_ARTEFACT if a file cannot be loaded. */
  async load(onProgress: OnProgress): Promise<void> {
    const total = declarations.size + TYPESCRIPT_SIZE
    const ts = import('typescript-6')
    const [loaded] = await loadParts([declarations], (progress) =>
      onProgress({ loaded: progress.loaded, total }),
    )
    const files = await unpack(await bytesOf(loaded!))
    const decoder = new TextDecoder()
    const texts = new Map([...files].map(([path, bytes]) => [`/${path}`, decoder.decode(bytes)]))
    this.#language = new Language((await ts).default, texts)
    onProgress({ loaded: total, total })
  }

  setFiles(files: Readonly<Record<string, string>>): void {
    this.#language!.setFiles(files)
  }

  update(path: string, text: string): void {
    this.#language!.update(path, text)
  }

  findings(path: string): Promise<Finding[] | undefined> {
    return this.#answer((language) => language.findings(path))
  }

  complete(path: string, position: number): Promise<Completions | undefined> {
    return this.#answer((language) => language.complete(path, position))
  }

  detail(path: string, position: number, option: Option): Promise<Detail | undefined> {
    return this.#answer((language) => language.detail(path, position, option))
  }

  describe(path: string, position: number): Promise<Description | undefined> {
    return this.#answer((language) => language.describe(path, position))
  }

  signature(path: string, position: number): Promise<Signature | undefined> {
    return this.#answer((language) => language.signature(path, position))
  }

  /** Answers after the changes that have arrived meanwhile; undefined if there were any. */
  async #answer<Answer>(ask: (language: Language) => Answer): Promise<Answer | undefined> {
    const language = this.#language!
    const { revision } = language
    await yieldToTasks()
    return language.revision === revision ? ask(language) : undefined
  }
}
