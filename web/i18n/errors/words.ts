/** The explanation of an error code in Chinese. */

export interface ErrorWords {
  /** What happened, as a sentence. */
  readonly what: string
  /** What the reader can do about it, as a sentence. */
  readonly hint: string
}

/** The explanations of the codes in `Table`, one of the tables in src/cli/errors. */
export type ErrorDictionary<Table> = Readonly<Record<keyof Table, ErrorWords>>
