/** A secret that is kept between runs: its forms, its place, and what can be done with it. */

/** How a secret is made, and its two forms in a file. */
export interface SecretForms<Secret> {
  /** A new one. One that goes into a file must be extractable. */
  make(extractable: boolean): Promise<Secret>
  toText(secret: Secret): Promise<string>
  fromText(text: string): Promise<Secret>
}

/** Where it lies, and what errors about it say. */
export interface SecretPlace {
  /** The file's name. */
  readonly file: string
  /** The folder, made where it is missing. @default webclave in the state folder of this user */
  readonly folder?: string
  /** In a tab: the database, its object store, and the record. */
  readonly database: readonly [name: string, store: string, record: string]
  /** What it is called, and how the codes of its errors begin. */
  readonly called: string
  readonly code: 'E_ROOT' | 'E_KMS_MASTER'
  /** What a person does whose secret is lost or may be known to others. */
  readonly renew: string
  /** What a tab without a database does instead. */
  readonly without: string
}

/** One secret, kept. */
export interface SecretStore<Secret> {
  /** The one that is kept, and a new one where there is none: of several who ask at once, all get the same. */
  load(): Promise<Secret>
  /** Puts a new one in the place of the one that is kept, whatever that is. */
  rotate(): Promise<Secret>
}
