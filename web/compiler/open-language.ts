/** Starts the language service's Worker: the page's side. */
import { proxy, type Remote } from 'comlink'
import type { Completions, Description, Detail, Finding, Option, Signature } from './language-answers.ts'
import type { LanguageHost } from './language-host.ts'
import type { OnProgress } from './progress.ts'
import { WorkerHandle } from './worker-handle.ts'

/** What the editor asks. An answer is undefined if there is none, or if the files have changed since. */
export interface LanguageService {
  /** Replaces a file. What is asked later is about it. */
  update(path: string, text: string): void
  findings(path: string): Promise<readonly Finding[] | undefined>
  complete(path: string, position: number): Promise<Completions | undefined>
  detail(path: string, position: number, option: Option): Promise<Detail | undefined>
  describe(path: string, position: number): Promise<Description | undefined>
  signature(path: string, position: number): Promise<Signature | undefined>
}

/** The language service in its own Worker. */
export class PageLanguage implements LanguageService {
  readonly #handle: WorkerHandle<LanguageHost>
  /** What the Worker has. */
  readonly #sent = new Map<string, string>()
  /** Changes with every change of the files. */
  #revision = 0

  private constructor() {
    // Written like this, Vite finds the Worker.
    const worker = new Worker(new URL('./language-worker.ts', import.meta.url), {
      type: 'module',
      name: 'language service',
    })
    this.#handle = new WorkerHandle<LanguageHost>(worker, 'the language service')
  }

  /** Loads the language service. Rejects with a `HostError`, E_ARTEFACT for one, if that is not possible. */
  static async open(onProgress: OnProgress = () => {}): Promise<PageLanguage> {
    const language = new PageLanguage()
    try {
      await language.#handle.ask((remote) => remote.load(proxy(onProgress)))
    } catch (error) {
      language.close()
      throw error
    }
    return language
  }

  /** Replaces all files of the application. */
  setFiles(files: Readonly<Record<string, string>>): void {
    this.#sent.clear()
    for (const [path, text] of Object.entries(files)) this.#sent.set(path, text)
    this.#tell((remote) => remote.setFiles(files))
  }

  update(path: string, text: string): void {
    if (this.#sent.get(path) === text) return
    this.#sent.set(path, text)
    this.#tell((remote) => remote.update(path, text))
  }

  findings(path: string): Promise<readonly Finding[] | undefined> {
    return this.#ask((remote) => remote.findings(path))
  }

  complete(path: string, position: number): Promise<Completions | undefined> {
    return this.#ask((remote) => remote.complete(path, position))
  }

  detail(path: string, position: number, option: Option): Promise<Detail | undefined> {
    return this.#ask((remote) => remote.detail(path, position, option))
  }

  describe(path: string, position: number): Promise<Description | undefined> {
    return this.#ask((remote) => remote.describe(path, position))
  }

  signature(path: string, position: number): Promise<Signature | undefined> {
    return this.#ask((remote) => remote.signature(path, position))
  }

  close(): void {
    this.#handle.end()
  }

  async #ask<Answer>(call: (remote: Remote<LanguageHost>) => Promise<Answer>): Promise<Answer | undefined> {
    const revision = this.#revision
    const answer = await this.#handle.ask(call)
    return this.#revision === revision ? answer : undefined
  }

  /** Messages arrive in their order, so nobody has to wait for these. */
  #tell(call: (remote: Remote<LanguageHost>) => Promise<void>): void {
    this.#revision++
    this.#handle.ask(call).catch(() => {})
  }
}
