/** What the page needs from the browser and the web server, and how to get what is missing. */

/** One missing requirement. */
export interface Missing {
  readonly what: string
  readonly how: string
  /** Whether our service worker can provide it. */
  readonly mendable?: true
}

/** The globals of a page that are checked. */
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
 * What `page` lacks, most important first; empty if enclaves can run.
 *
 * @example
 * missingParts({ isSecureContext: true, crossOriginIsolated: false }) // names the two headers
 */
export function missingParts(page: Surroundings = globalThis as Surroundings): Missing[] {
  const missing: Missing[] = []
  if (!page.isSecureContext) {
    missing.push({
      what: 'a secure context, which browsers require for cryptography',
      how: 'Open the page over https, or from this machine: 127.0.0.1 or localhost.',
    })
  }
  if (page.navigator?.serviceWorker === undefined) {
    missing.push({
      what: 'service workers, which block the network for enclaves',
      how: 'Some browsers have none in private windows, or if sites may not store data: open an ordinary window.',
    })
  }
  if (!page.crossOriginIsolated) {
    const framed = page.top !== page.self
    missing.push({
      what: 'cross-origin isolation, which is required to share memory with an enclave',
      how: framed
        ? 'The page that embeds this one must be isolated itself, and its iframe needs allow="cross-origin-isolated". Or open this page in its own tab.'
        : 'The service worker of this page requests it. If that does not help, the web server must send two headers: “Cross-Origin-Opener-Policy: same-origin” and “Cross-Origin-Embedder-Policy: require-corp”. On your own machine, “npm run web” does.',
      mendable: true,
    })
  }
  if (page.WebAssembly === undefined) {
    missing.push({
      what: 'WebAssembly',
      how: 'Some browsers disable it in a stricter security mode: allow it for this page.',
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
