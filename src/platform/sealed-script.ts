/**
 * The protocol between a tab and its service worker: the URL to which a Worker's script is posted, the URL from which
 * it is served, and its Content-Security-Policy. The service worker answers requests to these URLs itself, so no server
 * sees them.
 */

/**
 * The folder to which scripts are posted, at the root of the origin, and from which they are served, under the service
 * worker's scope.
 */
export const SEALED_FOLDER = 'webclave-sealed/'

/** In every response of webclave's service worker, so that no other response is mistaken for one. */
export const PROTOCOL_HEADER = 'Webclave-Sealed'
export const PROTOCOL = '1'

/** The Content-Security-Policy of a Worker: it may compile WebAssembly, and can load from and connect to nothing. */
export const SEALED_POLICY = "default-src 'none'; script-src 'wasm-unsafe-eval'"

/**
 * The error of a Worker whose script the service worker has lost, because the browser stopped it and started it again.
 */
export const SCRIPT_LOST = 'webclave: the service worker no longer has this script'

/** A message to the service worker: take control of all pages in its scope. */
export const CLAIM = 'webclave: claim'

/** Maximum length of a script in bytes, and maximum number of scripts that wait for their Workers. */
export const MAX_SCRIPT_LENGTH: number = 16 * 1024 * 1024
export const MAX_SCRIPTS = 16
