/** What Node's Workers and a browser's have in common here. */

/** A running Worker. */
export interface ScriptWorker {
  /** Resolves once it is gone: with the error that ended it, if one did. Never rejects. */
  readonly ended: Promise<Error | undefined>
  /** Whether Node's process waits for its end; it does at first. In a browser nothing waits. */
  hold(isHeld: boolean): void
  /** Ends it now, whatever it is doing. */
  terminate(): Promise<void>
}
