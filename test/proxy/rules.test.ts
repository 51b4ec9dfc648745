/** Rules: what they allow, which of several decides, and which cannot be read. */
import { describe, expect, test } from 'vitest'
import { isHostName, Rules } from '../../src/proxy/rules.ts'

const allows = (allow: string[], address: string, port: number, deny: string[] = []) =>
  new Rules(allow, deny).forDestination({ address, port })

test('what no rule allows is refused', () => {
  expect(allows([], 'a.example', 443)).toEqual({ isAllowed: false, reason: 'no rule allows a.example:443' })
  expect(allows(['a.example:443'], '1.1.1.1', 443).isAllowed).toBe(false)
})

test.each<[rule: string, yes: [string, number][], no: [string, number][]]>([
  [
    'a.example:443',
    [
      ['a.example', 443],
      ['A.Example.', 443],
    ],
    [
      ['b.example', 443],
      ['a.example', 444],
      ['x.a.example', 443],
    ],
  ],
  [
    '*.a.example:443',
    [['x.a.example', 443]],
    [
      ['a.example', 443],
      ['x.y.a.example', 443],
      ['xa.example', 443],
    ],
  ],
  [
    'kms-*.a.example:*',
    [['kms-1.a.example', 1]],
    [
      ['kms.a.example', 1],
      ['kms-1x.b.example', 1],
    ],
  ],
  [
    'a.example:1000-1002',
    [
      ['a.example', 1000],
      ['a.example', 1002],
    ],
    [
      ['a.example', 999],
      ['a.example', 1003],
    ],
  ],
  [
    '1.1.1.0/24:53',
    [
      ['1.1.1.1', 53],
      ['::ffff:1.1.1.1', 53],
    ],
    [['1.1.2.1', 53]],
  ],
  [
    '[2606:4700::]/32:443',
    [
      ['2606:4700::1', 443],
      ['[2606:4700::1]', 443],
    ],
    [['2606:4701::1', 443]],
  ],
])('%s', (rule, yes, no) => {
  for (const [address, port] of yes)
    expect(allows([rule], address, port).isAllowed, `${address}:${port}`).toBe(true)
  for (const [address, port] of no)
    expect(allows([rule], address, port).isAllowed, `${address}:${port}`).toBe(false)
})

describe('of several rules', () => {
  test('the most specific one decides, and is named', () => {
    const [allow, deny] = [
      ['*.a.example:*', 'api.a.example:443'],
      ['*.a.example:443', 'k*.a.example:1-100'],
    ]
    const ask = (name: string, port: number) => allows(allow, name, port, deny)
    expect(ask('x.a.example', 80)).toEqual({ isAllowed: true, reason: '*.a.example:*' })
    expect(ask('x.a.example', 443)).toEqual({ isAllowed: false, reason: '*.a.example:443' })
    expect(ask('api.a.example', 443)).toEqual({ isAllowed: true, reason: 'api.a.example:443' })
    expect(ask('kms.a.example', 50)).toEqual({ isAllowed: false, reason: 'k*.a.example:1-100' })
    expect(ask('kms.a.example', 101).isAllowed).toBe(true)
  })

  test('a narrow range decides before a wide one, and of equals the one that denies', () => {
    const ask = (address: string) =>
      allows(['8.0.0.0/8:*', '8.8.8.8:*'], address, 53, ['8.8.0.0/16:*', '8.8.8.8:*'])
    expect(ask('8.1.1.1').isAllowed).toBe(true)
    expect(ask('8.8.1.1').isAllowed).toBe(false)
    expect(ask('8.8.8.8')).toEqual({ isAllowed: false, reason: '8.8.8.8:*' })
  })
})

describe('an address that is not public', () => {
  test('is allowed by a rule that lists it or such a range, and by no wider one', () => {
    expect(allows(['127.0.0.1:80'], '127.0.0.1', 80).isAllowed).toBe(true)
    expect(allows(['10.0.0.0/8:80'], '10.1.2.3', 80).isAllowed).toBe(true)
    expect(allows(['[::1]:80'], '::1', 80).isAllowed).toBe(true)
    for (const wide of ['0.0.0.0/0:*', '8.0.0.0/5:*', '*.*.example:*']) {
      expect(allows([wide], '10.1.2.3', 80).isAllowed, wide).toBe(false)
    }
    expect(allows(['0.0.0.0/0:*'], '169.254.169.254', 80)).toEqual({
      isAllowed: false,
      reason: expect.stringContaining('169.254.169.254 is link-local'),
    })
  })

  test('is refused too if an allowed name resolves to it', () => {
    const resolved = (allow: string[], address: string, deny: string[] = []) =>
      new Rules(['a.example:443', ...allow], deny).forResolved(address, 443)
    expect(resolved([], '1.1.1.1').isAllowed).toBe(true)
    expect(resolved([], '127.0.0.1').isAllowed).toBe(false)
    expect(resolved(['127.0.0.0/8:443'], '127.0.0.1').isAllowed).toBe(true)
    expect(resolved(['127.0.0.0/8:80'], '127.0.0.1').isAllowed).toBe(false)
    expect(resolved([], '1.1.1.1', ['1.0.0.0/8:*'])).toEqual({ isAllowed: false, reason: '1.0.0.0/8:*' })
  })
})

test.each([
  '',
  'a.example',
  'a.example:',
  'a.example:0',
  'a.example:65536',
  'a.example:10-5',
  'a.example:443-',
  ':443',
  '*:443',
  '*.example:443',
  'a.*:443',
  '**.a.example:443',
  '*a*.a.example:443',
  'a..example:443',
  '-a.example:443',
  'a b:443',
  '10.0.0.0/33:80',
  '127.1:80',
  `${'a'.repeat(64)}.example:443`,
])('%j cannot be read', (rule) => {
  expect(() => new Rules([rule])).toThrow(expect.objectContaining({ code: 'E_PROXY_RULE' }))
})

test('a name of numbers only is not a host name, because systems take it for an address', () => {
  expect(['localhost', 'a.b', 'x_y.example', '1.example'].filter((name) => !isHostName(name))).toEqual([])
  const others = ['1', '127.1', '0x7f.1.2.3.4', 'a..b', '', 'a b', 'a\0b', 'ä.example']
  expect(others.filter((name) => isHostName(name))).toEqual([])
})
