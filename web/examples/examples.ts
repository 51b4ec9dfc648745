/**
 * The examples of the page: their sources, and how to talk with each. The page's build bundles them with what it writes
 * into `examples/NAME.json` (web/site/examples.ts), so that they start without the compiler.
 */

/** How one talks with an example. */
export type Talk =
  | { readonly kind: 'lines'; readonly line: string }
  | { readonly kind: 'service'; readonly method: string; readonly request: unknown }

/** One example: its names in `web/i18n/examples.ts`. */
export interface Example {
  readonly name: ExampleName
  /** Its folder or file, relative to the project. */
  readonly path: string
  readonly talk: Talk
}

export type ExampleName = 'hello' | 'echo' | 'secret' | 'registers' | 'tokenizer' | 'vault' | 'signer'

export const EXAMPLES: readonly Example[] = [
  {
    name: 'hello',
    path: 'web/examples/hello.ts',
    talk: { kind: 'service', method: 'greet', request: { name: 'Ada' } },
  },
  {
    name: 'echo',
    path: 'guests/echo/index.ts',
    talk: { kind: 'lines', line: 'Hello from the parent instance' },
  },
  {
    name: 'registers',
    path: 'web/examples/registers.ts',
    talk: { kind: 'service', method: 'extend', request: { pcr: 16, text: 'a' } },
  },
  {
    name: 'secret',
    path: 'web/examples/secret.ts',
    talk: { kind: 'service', method: 'prove', request: { nonce: { $hex: '00112233' } } },
  },
  {
    name: 'tokenizer',
    path: 'guests/tokenizer/index.ts',
    talk: { kind: 'service', method: 'tokenize', request: { card: '4111 1111 1111 1111' } },
  },
  {
    name: 'vault',
    path: 'guests/password-vault/index.ts',
    talk: { kind: 'service', method: 'open', request: {} },
  },
  {
    name: 'signer',
    path: 'guests/secret-signer/index.ts',
    talk: { kind: 'service', method: 'prove', request: { nonce: { $hex: '00112233' } } },
  },
]
