/**
 * What a tab and its service worker agree on: where a Worker's script is handed over, where it is served from, and
 * under which policy. The service worker answers for these addresses; no server ever sees one that it answers for.
 */

/** Where scripts are handed over, at the root of the origin, and served from, beneath the service worker's scope. */
export const SEALED_FOLDER = 'webclave-sealed/'

/** Carried by every answer of our service worker, so that nobody else's is taken for one. */
export const PROTOCOL_HEADER = 'Webclave-Sealed'
export const PROTOCOL = '1'

/** Under this a Worker compiles WebAssembly, and reaches nothing and nobody. */
export const SEALED_POLICY = "default-src 'none'; script-src 'wasm-unsafe-eval'"

/** What a Worker fails with whose script the service worker has no more: it was ended and started again meanwhile. */
export const SCRIPT_LOST = 'webclave: the service worker keeps this script no more'

/** A message to the service worker: take charge of the pages that are not in its charge yet. */
export const CLAIM = 'webclave: claim'

/** Bytes that one script may have, and scripts that may wait for their Workers at the same time. */
export const MAX_SCRIPT_LENGTH: number = 16 * 1024 * 1024
export const MAX_SCRIPTS = 16
