/** What the page reports as missing, for each environment that it may run in. */
import { describe, expect, test } from 'vitest'
import { missingParts, type Surroundings } from '../../web/environment.ts'

const COMPLETE: Surroundings = {
  isSecureContext: true,
  navigator: { serviceWorker: {} },
  crossOriginIsolated: true,
  WebAssembly: {},
  Atomics: { waitAsync: () => {} },
}

describe('what is reported as missing', () => {
  test('nothing in a complete environment', () => {
    expect(missingParts(COMPLETE)).toEqual([])
  })

  test.each<[string, Surroundings, RegExp, RegExp]>([
    ['a page over http', { isSecureContext: false }, /secure context/, /https/],
    ['a private window', { navigator: {} }, /service workers/, /ordinary window/],
    ['a host without the headers', { crossOriginIsolated: false }, /cross-origin isolation/, /require-corp/],
    ['a page in a frame', { crossOriginIsolated: false, top: {}, self: {} }, /isolation/, /iframe/],
    ['a browser without WebAssembly', { WebAssembly: undefined }, /WebAssembly/, /allow it/],
    ['an older browser', { Atomics: {} }, /Atomics\.waitAsync/, /Firefox 145/],
  ])('for %s', (_, part, what, how) => {
    const [missing, ...others] = missingParts({ ...COMPLETE, ...part })
    expect(missing?.what).toMatch(what)
    expect(missing?.how).toMatch(how)
    expect(others).toEqual([])
  })

  test('everything at once, most important first', () => {
    expect(missingParts({}).map(({ what }) => what.split(/[ ,]/, 2).join(' '))).toEqual([
      'a secure',
      'service workers',
      'cross-origin isolation',
      'WebAssembly',
      'Atomics.waitAsync ',
    ])
  })
})
