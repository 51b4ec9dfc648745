/**
 * In a page, before its scripts: its host has no examples, until the global variable `isMended` is set. Not by
 * intercepting requests, because those of a page with a service worker pass it.
 */
export function failExamples(): void {
  const real = globalThis.fetch
  globalThis.fetch = async (input, init) => {
    const isExample = String(input).includes('/examples/')
    if (!isExample || Reflect.get(globalThis, 'isMended')) return real(input, init)
    return new Response('', { status: 404 })
  }
}
