/** What the page needs from the browser and the web server, and how to get what is missing. */

/** One missing requirement; `isolationInFrame` is isolation, in a frame of another page. */
export type Missing =
  | 'secureContext'
  | 'serviceWorker'
  | 'isolation'
  | 'isolationInFrame'
  | 'sharedMemory'
  | 'webAssembly'
  | 'waitAsync'

/** Those that our service worker can provide. */
export const isMendable = (missing: Missing): boolean => missing.startsWith('isolation')

/** The globals of a page that are checked. */
export interface Surroundings {
  readonly isSecureContext?: boolean
  readonly navigator?: { readonly serviceWorker?: unknown }
  readonly crossOriginIsolated?: boolean
  readonly SharedArrayBuffer?: unknown
  readonly WebAssembly?: unknown
  readonly Atomics?: { readonly waitAsync?: unknown }
  readonly top?: unknown
  readonly self?: unknown
}

/**
 * What `page` lacks, most important first; empty if enclaves can run.
 *
 * @example
 * missingParts({ isSecureContext: true, crossOriginIsolated: false }) // contains 'isolation'
 */
export function missingParts(page: Surroundings = globalThis as Surroundings): Missing[] {
  const missing: Missing[] = []
  // Browsers require a secure context for cryptography.
  if (!page.isSecureContext) missing.push('secureContext')
  if (page.navigator?.serviceWorker === undefined) missing.push('serviceWorker')
  if (!page.crossOriginIsolated) missing.push(page.top === page.self ? 'isolation' : 'isolationInFrame')
  // No browser has it without isolation.
  else if (page.SharedArrayBuffer === undefined) missing.push('sharedMemory')
  if (page.WebAssembly === undefined) missing.push('webAssembly')
  if (page.Atomics?.waitAsync === undefined) missing.push('waitAsync')
  return missing
}
