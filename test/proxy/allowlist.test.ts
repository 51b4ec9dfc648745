/** The allowlist: what is a destination, at each bound, and how much of one must be the same. */
import { describe, expect, test } from 'vitest'
import { assertAllowed, readAllowlist } from '../../src/proxy/allowlist.ts'

const MOST = 1_048_576
const NONE = 'allowlist: []\n'

const thrown = (code: string) => expect.objectContaining({ name: 'EnclaveError', code })
const listed = (...entries: unknown[]) => JSON.stringify({ allowlist: entries })

describe('a text', () => {
  test.each([MOST - 1, MOST])('of %i characters is read', (length) => {
    expect(readAllowlist(NONE.padEnd(length, '#'))).toEqual([])
  })

  test('of one character more is refused', () => {
    expect(() => readAllowlist(NONE.padEnd(MOST + 1, '#'))).toThrow(thrown('E_PROXY_ALLOWLIST'))
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
    ['', 'nothing'],
    ['null', 'null'],
    ['allowlist:', 'no value'],
    ['allowlist: {address: a.b, port: 1}', 'one entry without a list'],
    ['- {address: a.b, port: 1}', 'a list without its name'],
  ])('%j, that is %s, holds no allowlist', (text) => {
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

  // As text, the last four would be names of hosts.
  test.each(['', 'a b', '-a', 'a-', ['a'], 12, true, null, undefined])(
    'cannot have the address %j',
    (address) => {
      expect(() => readAllowlist(listed({ address, port: 1 }))).toThrow(thrown('E_PROXY_ALLOWLIST'))
    },
  )

  test.each([null, 'a.b:1', 1, []])('cannot be %j', (entry) => {
    expect(() => readAllowlist(listed(entry))).toThrow(thrown('E_PROXY_ALLOWLIST'))
  })

  test('is kept with the others, in order', () => {
    expect(readAllowlist(listed({ address: 'a', port: 1 }, { address: 'b', port: 2 }))).toEqual([
      { address: 'a', port: 1 },
      { address: 'b', port: 2 },
    ])
  })
})

describe('a destination', () => {
  const list = [
    { address: 'a.b', port: 1 },
    { address: 'c.d', port: 2 },
  ]

  test.each([
    ['a.b', 1],
    ['A.B', 1],
    ['c.d', 2],
  ])('%s, %i is allowed where one entry names both', (address, port) => {
    expect(() => assertAllowed(list, { address, port })).not.toThrow()
  })

  test.each([
    ['a.b', 2],
    ['c.d', 1],
    ['e.f', 1],
    ['a.b', 3],
  ])('%s, %i is not allowed where no entry names both', (address, port) => {
    expect(() => assertAllowed(list, { address, port })).toThrow(thrown('E_PROXY_NOT_ALLOWED'))
  })

  test.each([
    ['a b', 1],
    ['a.b', 0],
    ['a.b', 65536],
    [12, 1],
    [undefined, 1],
  ])('%j, %j is none, whether or not a list has it', (address, port) => {
    const destination = { address: address as string, port }
    expect(() => assertAllowed([destination], destination)).toThrow(thrown('E_PROXY_DESTINATION'))
    expect(() => assertAllowed([], destination)).toThrow(thrown('E_PROXY_DESTINATION'))
  })
})
