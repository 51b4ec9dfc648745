/**
 * The headers of the page, for hosts that can send headers. Two make it cross-origin isolated, without which
 * there is no SharedArrayBuffer; the policy blocks all other origins. On other hosts the service
 * worker adds the two headers, and the page itself contains the policy.
 */

/** Only files of the same origin, and WebAssembly. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** The two headers that isolate a page from other origins. */
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Also sent with every file. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  // The names of built files change with their contents, that of the page does not.
  'Cache-Control': 'no-cache',
}
