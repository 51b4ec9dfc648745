/** What the page reports as missing, for each environment that it may run in. */
import { describe, expect, test } from 'vitest'
import { type Missing, missingParts, type Surroundings } from '../../web/app/environment.ts'
import { missing } from '../../web/i18n/missing.ts'

const COMPLETE: Surroundings = {
  isSecureContext: true,
  navigator: { serviceWorker: {} },
  crossOriginIsolated: true,
  SharedArrayBuffer: {},
  WebAssembly: {},
  Atomics: { waitAsync: () => {} },
}

describe('what is reported as missing', () => {
  test('nothing in a complete environment', () => {
    expect(missingParts(COMPLETE)).toEqual([])
  })

  test.each<[string, Surroundings, Missing]>([
    ['a page over http', { isSecureContext: false }, 'secureContext'],
    ['a private window', { navigator: {} }, 'serviceWorker'],
    ['a host without the headers', { crossOriginIsolated: false }, 'isolation'],
    ['a page in a frame', { crossOriginIsolated: false, top: {}, self: {} }, 'isolationInFrame'],
    ['WebKit on Linux', { SharedArrayBuffer: undefined }, 'sharedMemory'],
    ['a browser without WebAssembly', { WebAssembly: undefined }, 'webAssembly'],
    ['an older browser', { Atomics: {} }, 'waitAsync'],
  ])('for %s', (_, part, expected) => {
    expect(missingParts({ ...COMPLETE, ...part })).toEqual([expected])
  })

  test('everything at once, most important first', () => {
    const all = ['secureContext', 'serviceWorker', 'isolation', 'webAssembly', 'waitAsync']
    expect(missingParts({})).toEqual(all)
  })

  test.each(['en', 'zh'] as const)('with what to do about it, in %s', (language) => {
    const { parts } = missing[language]
    for (const { what, how } of Object.values(parts)) expect([what, how]).not.toContain('')
    expect(parts.isolation.how).toContain('Cross-Origin-Embedder-Policy: require-corp')
    expect(parts.isolationInFrame.how).toContain('allow="cross-origin-isolated"')
  })
})
