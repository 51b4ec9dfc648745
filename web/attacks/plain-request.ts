/** What the page asks of an ordinary Worker. */
export type PlainRequest =
  | { readonly kind: 'keep'; readonly memory: WebAssembly.Memory }
  | { readonly kind: 'flood'; readonly port: MessagePort; readonly messages: number; readonly length: number }

/** Where it keeps the secret, and the secret's length. */
export const SECRET_AT = 1024
export const SECRET_LENGTH = 32
