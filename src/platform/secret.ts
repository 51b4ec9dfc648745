/** A secret that is stored between runs: how it is made and serialized, where it is stored, and what a store can do. */

/** Makes a secret, and converts it to text and back. */
export interface SecretForms<Secret> {
  /** Makes a new secret. One that is written to a file must be extractable. */
  make(extractable: boolean): Promise<Secret>
  toText(secret: Secret): Promise<string>
  fromText(text: string): Promise<Secret>
}

/** Where a secret is stored, and how errors name it. */
export interface SecretPlace {
  /** The file's name. */
  readonly file: string
  /** The folder, created if it is missing. @default webclave in the state folder of this user */
  readonly folder?: string
  /** In a tab: the database, its object store, and the record. */
  readonly database: readonly [name: string, store: string, record: string]
  /** The secret's name in error messages, and the prefix of its error codes. */
  readonly called: string
  readonly code: 'E_ROOT' | 'E_KMS_MASTER'
  /** A hint: what to do if the secret is lost or may have been disclosed. */
  readonly renew: string
  /** A hint: what to do in a tab that has no database. */
  readonly without: string
}

/** The store of one secret. */
export interface SecretStore<Secret> {
  /** The stored secret; makes and stores one if there is none. Concurrent callers all get the same secret. */
  load(): Promise<Secret>
  /** Replaces the stored secret with a new one, even if the stored one is unreadable. */
  rotate(): Promise<Secret>
}
