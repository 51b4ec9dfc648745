/**
 * What a page of ours is served with where its host can send headers. Two make it cross-origin isolated, without which
 * a browser gives no SharedArrayBuffer; the policy shuts every way to another origin. On any other host the service
 * worker adds the two, and the page itself carries the policy.
 */

/** Only files beside the page, and what the service worker says are such; and WebAssembly. */
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

/** Sent with every file besides. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  // The file names of a build change with their contents, the page's own does not.
  'Cache-Control': 'no-cache',
}
