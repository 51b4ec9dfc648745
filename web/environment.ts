/** What the page needs of the browser and of whoever serves it, and how to get what is missing. */

/** One thing that is missing. */
export interface Missing {
  readonly what: string
  readonly how: string
  /** Whether our service worker can make it good. */
  readonly mendable?: true
}

/** The part of a page's globals that is looked at. */
export interface Surroundings {
  readonly isSecureContext?: boolean
  readonly navigator?: { readonly serviceWorker?: unknown }
  readonly crossOriginIsolated?: boolean
  readonly WebAssembly?: unknown
  readonly Atomics?: { readonly waitAsync?: unknown }
  readonly top?: unknown
  readonly self?: unknown
}

/**
 * What `page` lacks, most important first; nothing where enclaves can run.
 *
 * @example
 * missingParts({ isSecureContext: true, crossOriginIsolated: false }) // names the two headers
 */
export function missingParts(page: Surroundings = globalThis as Surroundings): Missing[] {
  const missing: Missing[] = []
  if (!page.isSecureContext) {
    missing.push({
      what: 'a secure context, without which a browser gives a page no cryptography',
      how: 'Open it over https, or from this machine: 127.0.0.1 or localhost.',
    })
  }
  if (page.navigator?.serviceWorker === undefined) {
    missing.push({
      what: 'service workers, one of which shuts the network for every enclave',
      how: 'Some browsers have none in private windows, or where sites may store nothing: open an ordinary window.',
    })
  }
  if (!page.crossOriginIsolated) {
    const framed = page.top !== page.self
    missing.push({
      what: 'cross-origin isolation, without which a page and an enclave can share no memory',
      how: framed
        ? 'The page that embeds this one must be isolated itself, and its iframe needs allow="cross-origin-isolated". Or open this page in a tab of its own.'
        : 'The service worker of this page asks the browser for it. Where that does not help, whoever serves the page must send two headers with it: “Cross-Origin-Opener-Policy: same-origin” and “Cross-Origin-Embedder-Policy: require-corp”. On your own machine, “npm run web” does.',
      mendable: true,
    })
  }
  if (page.WebAssembly === undefined) {
    missing.push({
      what: 'WebAssembly',
      how: 'Some browsers switch it off in a mode of stricter security: allow it for this page.',
    })
  }
  if (page.Atomics?.waitAsync === undefined) {
    missing.push({
      what: 'Atomics.waitAsync, with which the parent instance waits for an enclave',
      how: 'Use a newer browser: Chrome or Edge 87, Safari 16.4, Firefox 145, or later.',
    })
  }
  return missing
}
