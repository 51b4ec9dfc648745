/** What the compiler and its stand-in for esbuild share: the program, and the build that is running. */
import type { Message } from 'esbuild'

/** Thrown by a build that nobody waits for any more. */
export class Superseded extends Error {}

/** The state of this Worker. */
export class BundlerState {
  /** esbuild's program. */
  program: WebAssembly.Module | undefined
  /** What esbuild reported when a build failed, with positions. */
  failures: readonly Message[] = []
  #isWanted: () => boolean = () => true

  /** Forgets earlier failures. The bundler stops with `Superseded` soon after `isWanted` returns false. */
  begin(isWanted: () => boolean): void {
    this.#isWanted = isWanted
    this.failures = []
  }

  /** @throws {Superseded} */
  assertWanted(): void {
    if (!this.#isWanted()) throw new Superseded()
  }
}

export const BUNDLER: BundlerState = new BundlerState()
