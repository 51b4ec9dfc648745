/** The common interface of Workers in Node and in a browser. */

/** A running Worker. */
export interface ScriptWorker {
  /** Resolves when it has ended, with the error that ended it, if any. Never rejects. */
  readonly ended: Promise<Error | undefined>
  /** Whether it keeps a Node process alive, as it does at first. No effect in a browser. */
  hold(isHeld: boolean): void
  /** Stops it at once, whatever it is doing. */
  terminate(): Promise<void>
}
