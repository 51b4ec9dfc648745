/** IP addresses as bytes. */
import { isIP, SocketAddress } from 'node:net'
import { expect, test } from 'vitest'
import { addressBytes } from '../../src/network/address.ts'

const hex = (text: string) => {
  const bytes = addressBytes(text)
  return bytes && Buffer.from(bytes).toString('hex')
}

test.each([
  ['127.0.0.1', '7f000001'],
  ['255.255.255.255', 'ffffffff'],
  ['::', '00'.repeat(16)],
  ['::1', `${'00'.repeat(15)}01`],
  ['1::', `0001${'00'.repeat(14)}`],
  ['2001:db8::Ab:1', '20010db80000000000000000' + '00ab0001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['1:2:3::5:6:7:8', '00010002000300000005000600070008'],
  ['::ffff:1.2.3.4', `${'00'.repeat(10)}ffff01020304`],
  ['64:ff9b::1.2.3.4', `0064ff9b${'00'.repeat(8)}01020304`],
])('%s', (text, bytes) => {
  expect(hex(text)).toBe(bytes)
})

test.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '1.2.3.',
  '1.2.3.4 ',
  '-1.2.3.4',
  '0x1.2.3.4',
  '1e0.2.3.4',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  '1:2:3:4:5:6:7::8',
  '12345::',
  'g::',
  '::1%eth0',
  '::1.2.3',
  '::1.2.3.4:5',
  'a:80',
])('%j is not an address', (text) => {
  expect(hex(text)).toBeUndefined()
})

test('random addresses are read as Node reads them', () => {
  const group = () => (Math.random() < 0.5 ? 0 : Math.floor(Math.random() * 65_536)).toString(16)
  for (let count = 0; count < 500; count++) {
    const whole = Array.from({ length: 8 }, group).join(':')
    expect(isIP(whole)).toBe(6)
    const { address } = new SocketAddress({ address: whole, family: 'ipv6' })
    expect(hex(address), address).toBe(hex(whole))
  }
})
