/** Addresses and ranges, and which are not public. */
import { BlockList, isIP, SocketAddress } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Range, readAddress, specialRange } from '../../src/proxy/ranges.ts'

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['FD00:0:0::1', 'fd00::1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['::ffff:7f00:1', '127.0.0.1'],
  ['0:0:0:0:0:ffff:a00:1', '10.0.0.1'],
  ['fe80::1%lo', undefined],
  ['127.1', undefined],
  ['0x7f.0.0.1', undefined],
  ['2130706433', undefined],
  ['127.0.0.01', undefined],
  ['localhost', undefined],
  ['', undefined],
])('%s is the address %s', (text, address) => {
  expect(readAddress(text)).toBe(address)
})

/** What Node reads: the addresses that it connects to are those that the rules have seen. */
function byNode(text: string): string | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined
  const { address } = new SocketAddress({ address: text, family: text.includes(':') ? 'ipv6' : 'ipv4' })
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address
}

/** Addresses in all forms, and texts that are nearly addresses. */
const ADDRESSES = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.constantFrom('::1.2.3.4', '::ffff:1.2.3.4', '64:ff9b::10.0.0.1', '::', '1::', '::0.0.1.2'),
)
const TEXTS = fc
  .tuple(
    ADDRESSES,
    fc.nat(40),
    fc.nat(2),
    fc.string({ unit: fc.constantFrom(...'0123:.%fFx/ ['), maxLength: 3 }),
  )
  .map(([address, at, length, put]) => address.slice(0, at) + put + address.slice(at + length))

test('what is an address, and its shortest form, is what Node says', () => {
  const same = (text: string) => {
    expect(readAddress(text)).toBe(byNode(text))
  }
  fc.assert(fc.property(ADDRESSES, same), { numRuns: 1000 })
  fc.assert(fc.property(TEXTS, same), { numRuns: 5000 })
})

test('what is in a range, is in it for Node', () => {
  fc.assert(
    fc.property(ADDRESSES, ADDRESSES, fc.nat(128), (one, other, bits) => {
      const [first, address] = [readAddress(one)!, readAddress(other)!]
      const family = first.includes(':') ? 'ipv6' : 'ipv4'
      const prefix = Math.min(bits, family === 'ipv6' ? 128 : 32)
      const list = new BlockList()
      list.addSubnet(first, prefix, family)
      const isSame = address.includes(':') === first.includes(':')
      expect(Range.read(`${first}/${prefix}`)!.has(address)).toBe(isSame && list.check(address, family))
    }),
    { numRuns: 2000 },
  )
})

describe('a range', () => {
  test.each<[string, string[], string[]]>([
    ['10.0.0.0/8', ['10.0.0.0', '10.255.255.255'], ['11.0.0.0', '9.255.255.255', '::1']],
    ['10.1.2.3', ['10.1.2.3'], ['10.1.2.4']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::']],
    ['fd00::/8', ['fd00::', 'fdff::1'], ['fe00::', '10.0.0.1']],
    ['::/0', ['::1', 'ffff::'], ['1.1.1.1']],
  ])('%s has its addresses and no others', (text, inside, outside) => {
    const range = Range.read(text)!
    expect(inside.filter((address) => !range.has(address))).toEqual([])
    expect(outside.filter((address) => range.has(address))).toEqual([])
  })

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::/129',
    '::ffff:10.0.0.0/104',
    'a/8',
    '',
  ])('%j is not a range', (text) => {
    expect(Range.read(text)).toBeUndefined()
  })

  test('covers those whose addresses are all in it', () => {
    const [eight, sixteen, other] = ['10.0.0.0/8', '10.1.0.0/16', '11.0.0.0/8'].map(
      (text) => Range.read(text)!,
    )
    expect([
      eight!.covers(sixteen!),
      sixteen!.covers(eight!),
      eight!.covers(other!),
      eight!.covers(eight!),
    ]).toEqual([true, false, false, true])
    expect(sixteen!.narrowness).toBeGreaterThan(eight!.narrowness)
    expect(Range.read('::1')!.narrowness).toBe(Range.read('127.0.0.1')!.narrowness)
  })
})

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.1.1',
  '198.51.100.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '2001:db8::1',
  '::127.0.0.1',
  '3fff::1',
  '5f00::1',
  'fd00:ec2::254',
  'fe80::1',
  'ff02::1',
])('%s is not public', (address) => {
  expect(specialRange(address)?.range.has(address)).toBe(true)
})

test.each(['1.1.1.1', '9.255.255.255', '100.128.0.1', '172.32.0.1', '2606:4700::1111', '2a00::1'])(
  '%s is public',
  (address) => {
    expect(specialRange(address)).toBeUndefined()
  },
)
