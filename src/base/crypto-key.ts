/**
 * A key of WebCrypto. Declarations must also compile in a project without the types of a browser: Node's own types have
 * no global of this name before version 26.
 */
export type CryptoKey = Awaited<ReturnType<typeof globalThis.crypto.subtle.importKey>>
