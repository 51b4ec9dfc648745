/** The allowlist: valid entries and limits. */
import { describe, expect, test } from 'vitest'
import { readAllowlist } from '../../src/proxy/allowlist.ts'

const MOST = 1_048_576
const EMPTY = 'allowlist: []\n'

const thrown = (code: string) => expect.objectContaining({ name: 'EnclaveError', code })
const listed = (...entries: unknown[]) => JSON.stringify({ allowlist: entries })

describe('a file', () => {
  test.each([MOST - 1, MOST])('of %i characters is accepted', (length) => {
    expect(readAllowlist(EMPTY.padEnd(length, '#'))).toEqual([])
  })

  test('with one more character is refused', () => {
    expect(() => readAllowlist(EMPTY.padEnd(MOST + 1, '#'))).toThrow(thrown('E_PROXY_ALLOWLIST'))
  })

  test('that is not YAML is rejected with the parser’s message', () => {
    expect(() => readAllowlist('{')).toThrow(
      expect.objectContaining({ code: 'E_PROXY_ALLOWLIST', cause: expect.any(Error) }),
    )
  })

  test('with an alias of another entry is rejected, even if it is valid', () => {
    const first = 'allowlist:\n- &a {address: a.b, port: 1}\n'
    expect(readAllowlist(first)).toEqual([{ address: 'a.b', port: 1 }])
    expect(() => readAllowlist(`${first}- *a\n`)).toThrow(thrown('E_PROXY_ALLOWLIST'))
  })

  test('with an alias of an empty list is rejected', () => {
    expect(readAllowlist('x: []\nallowlist: []\n')).toEqual([])
    expect(() => readAllowlist('x: &x []\nallowlist: *x\n')).toThrow(thrown('E_PROXY_ALLOWLIST'))
  })

  test.each([
    ['', 'empty'],
    ['null', 'null'],
    ['allowlist:', 'without a value'],
    ['allowlist: {address: a.b, port: 1}', 'an entry instead of a list'],
    ['- {address: a.b, port: 1}', 'a list without its name'],
  ])('with %j is refused: %s', (text) => {
    expect(() => readAllowlist(text)).toThrow(thrown('E_PROXY_ALLOWLIST'))
  })
})

describe('an entry', () => {
  test.each([1, 2, 65534, 65535])('may have the port %d', (port) => {
    expect(readAllowlist(listed({ address: 'a.b', port }))).toEqual([{ address: 'a.b', port }])
  })

  test.each([-1, 0, 65536, 1.5, '443', null, undefined])('cannot have the port %j', (port) => {
    expect(() => readAllowlist(listed({ address: 'a.b', port }))).toThrow(thrown('E_PROXY_ALLOWLIST'))
  })

  test.each(['a', 'A-1.b', '::1', '127.0.0.1'])('may have the address %j', (address) => {
    expect(readAllowlist(listed({ address, port: 1 }))).toEqual([{ address: address.toLowerCase(), port: 1 }])
  })

  // As strings, the last four would be host names.
  test.each(['', 'a b', '-a', 'a-', ['a'], 12, true, null, undefined])(
    'cannot have the address %j',
    (address) => {
      expect(() => readAllowlist(listed({ address, port: 1 }))).toThrow(thrown('E_PROXY_ALLOWLIST'))
    },
  )

  test.each([null, 'a.b:1', 1, []])('cannot be %j', (entry) => {
    expect(() => readAllowlist(listed(entry))).toThrow(thrown('E_PROXY_ALLOWLIST'))
  })

  test('is returned with the others, in order', () => {
    expect(readAllowlist(listed({ address: 'a', port: 1 }, { address: 'b', port: 2 }))).toEqual([
      { address: 'a', port: 1 },
      { address: 'b', port: 2 },
    ])
  })
})
