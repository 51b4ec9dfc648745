/** What Node's Workers and a browser's have in common here. */

/** A running Worker. */
export interface ScriptWorker {
  /** Resolves once it is gone: with the error that ended it, if one did. Never rejects. */
  readonly ended: Promise<Error | undefined>
  /** Ends it now, whatever it is doing. */
  terminate(): Promise<void>
}
