/** Starts the compiler's Worker: the page's side. */
import { proxy } from 'comlink'
import type { Built, Refused } from './compiler.ts'
import type { CompilerHost } from './compiler-host.ts'
import type { OnProgress } from './progress.ts'
import type { BuildRequest } from './request.ts'
import { WorkerHandle } from './worker-handle.ts'

/** The compiler in its own Worker. */
export class PageCompiler {
  readonly #handle: WorkerHandle<CompilerHost>

  private constructor() {
    // Written like this, Vite finds the Worker.
    const worker = new Worker(new URL('./compiler-worker.ts', import.meta.url), {
      type: 'module',
      name: 'compiler',
    })
    this.#handle = new WorkerHandle<CompilerHost>(worker, 'the compiler')
  }

  /**
   * Loads the compiler. Rejects with a `HostError`, E_ARTEFACT for one, if that is not possible.
   *
   * @example
   * const compiler = await PageCompiler.open(({ loaded, total }) => console.log(loaded / total))
   * const answer = await compiler.build({ files: { 'index.ts': 'console.log("hello")' } })
   */
  static async open(onProgress: OnProgress = () => {}): Promise<PageCompiler> {
    const compiler = new PageCompiler()
    try {
      await compiler.#handle.ask((remote) => remote.load(proxy(onProgress)))
    } catch (error) {
      compiler.close()
      throw error
    }
    return compiler
  }

  /** Builds an image. Only the newest request counts: undefined for one that another has replaced. */
  async build(request: BuildRequest): Promise<Built | Refused | undefined> {
    return this.#handle.ask((remote) => remote.build(request) as Promise<Built | Refused | undefined>)
  }

  close(): void {
    this.#handle.end()
  }
}
