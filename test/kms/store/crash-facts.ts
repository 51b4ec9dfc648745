/** What a writer (`crash-writer.ts`) is given, and what it acknowledges. */

/** An acknowledged change, which must persist. */
export type Fact =
  | { kind: 'key'; keyId: string; description: string }
  | { kind: 'ciphertext'; ciphertext: string; plaintext: string; context: string }
  | { kind: 'alias'; alias: string; keyId: string }
  | { kind: 'disabled'; keyId: string }
  | { kind: 'rotated'; keyId: string; rotations: number }
  /** A secret was released for a document, by its number. */
  | { kind: 'released'; document: number }

/** What the test leaves for the writers in `setup.json`. */
export interface Setup {
  /** Settings of `pg`, and the schema; without them the store is in SQLite. */
  readonly postgres?: { readonly connection: Record<string, unknown>; readonly schema: string }
  readonly roots: string
  /** In base64. */
  readonly ciphertext: string
  readonly documents: readonly string[]
}

/** The description of a key that has no alias. */
export const WITHOUT_ALIAS = 'without an alias' as const
