/** What the language service answers: plain values, with positions in UTF-16 code units. */

export interface Finding {
  readonly from: number
  readonly to: number
  readonly severity: 'error' | 'warning'
  readonly text: string
  /** TypeScript's, such as `TS2345`. */
  readonly code: string
}

/** Something that can be written. */
export interface Option {
  readonly name: string
  /** TypeScript's `ScriptElementKind`. */
  readonly kind: string
  /** Options with a lower text come first. */
  readonly sort: string
  /** What is written instead of the name. */
  readonly insert?: string
  /** Where what it replaces begins, if not where the others do. */
  readonly from?: number
  /** The module that it is imported from. */
  readonly source?: string
  /** For `detail`. */
  readonly data?: unknown
}

export interface Completions {
  /** Where the word begins that is being written. */
  readonly from: number
  /** Whether they follow a dot. */
  readonly isMember: boolean
  readonly options: readonly Option[]
}

/** What something is: its type, and its documentation as Markdown. */
export interface About {
  readonly type: string
  readonly text: string
}

/** More about an option, with the changes elsewhere in the file that it needs: an import. */
export interface Detail extends About {
  readonly edits: readonly { readonly from: number; readonly to: number; readonly insert: string }[]
}

export interface Description extends About {
  readonly from: number
  readonly to: number
}

/** A call: `before`, the parameters separated by commas, `after`. */
export interface Signature {
  readonly from: number
  readonly before: string
  readonly parameters: readonly string[]
  readonly after: string
  /** The index of the parameter at the position. */
  readonly active: number
  /** The documentation of the function. */
  readonly text: string
}
