/** The cryptography of the C SDK (webclave/crypto.h), compared with Node's. */
import * as node from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Harness } from './harnesses.ts'
import { harnesses, hex } from './lab.ts'

const LENGTHS = [0, 1, 15, 16, 17, 63, 64, 65, 1000]
const bytes = (text: string) => Buffer.from(text, 'hex')

describe.skipIf(!harnesses.areThere).each(harnesses.all)('webclave/crypto.h, %s', (_, open) => {
  let client: Harness
  beforeAll(() => {
    client = open()
  })
  afterAll(async () => expect(await client.end()).toBe(''))

  test('SHA-256 and HMAC', async () => {
    for (const length of LENGTHS) {
      const text = node.randomBytes(length)
      const key = node.randomBytes(length)
      expect(await client.ask('sha256', { text: hex(text) })).toEqual(['1', node.hash('sha256', text)])
      const mac = node.createHmac('sha256', key).update(text).digest('hex')
      expect(await client.ask('hmac', { key: hex(key), text: hex(text) })).toEqual(['1', mac])
    }
  })

  test('ECDSA on P-256: keys, signatures in DER', async () => {
    for (let count = 0; count < 20; count++) {
      const [, key] = await client.ask('p256-generate')
      const [, spki] = await client.ask('p256-public', { key: key! })
      const text = node.randomBytes(count)
      const [good, signature] = await client.ask('p256-sign', { key: key!, text: hex(text) })
      expect(good).toBe('1')
      const publicKey = node.createPublicKey({ key: bytes(spki!), format: 'der', type: 'spki' })
      expect(node.verify('sha256', text, publicKey, bytes(signature!))).toBe(true)
      expect((await client.ask('p256-sign', { key: key!, text: hex(text) }))[1]).toBe(signature)
    }
  })

  test('RFC 6979, A.2.5', async () => {
    const key = 'C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721'
    const [, signature] = await client.ask('p256-sign', { key, text: hex('sample') })
    const r = 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716'
    const s = 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8'
    expect(signature).toBe(`3046022100${r}022100${s}`)
  })

  test('private keys that are zero, or not below the order, are refused', async () => {
    const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'
    for (const key of ['0'.repeat(64), order, 'f'.repeat(64)]) {
      expect(await client.ask('p256-public', { key })).toEqual(['0', ''])
      expect(await client.ask('p256-sign', { key, text: '00' })).toEqual(['0', ''])
    }
    const largest = `${order.slice(0, -1)}0`
    expect((await client.ask('p256-public', { key: largest }))[0]).toBe('1')
  })

  test('AES-GCM, in both directions with Node’s', async () => {
    for (const size of [16, 24, 32]) {
      for (const length of LENGTHS) {
        const [key, text, more] = [size, length, length % 7].map((count) => node.randomBytes(count)) as [
          Buffer,
          Buffer,
          Buffer,
        ]
        const [, sealed] = await client.ask('seal', { key: hex(key), text: hex(text), more: hex(more) })
        const all = bytes(sealed!)
        const name = `aes-${8 * size}-gcm` as 'aes-256-gcm'
        const decipher = node
          .createDecipheriv(name, key, all.subarray(0, 12))
          .setAAD(more)
          .setAuthTag(all.subarray(-16))
        expect(Buffer.concat([decipher.update(all.subarray(12, -16)), decipher.final()])).toEqual(text)

        const nonce = node.randomBytes(12)
        const cipher = node.createCipheriv(name, key, nonce).setAAD(more)
        const made = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
        expect(await client.ask('open', { key: hex(key), text: hex(made), more: hex(more) })).toEqual([
          '1',
          hex(text),
        ])
      }
    }
  })

  test('AES-GCM: every changed byte, other associated data, other lengths are refused', async () => {
    const key = hex(node.randomBytes(32))
    const [, sealed] = await client.ask('seal', { key, text: hex('a secret'), more: '01' })
    for (let at = 0; at < sealed!.length / 2; at++) {
      const changed = bytes(sealed!)
      changed[at]! ^= 1
      expect(await client.ask('open', { key, text: hex(changed), more: '01' })).toEqual(['0', ''])
    }
    expect(await client.ask('open', { key, text: sealed!, more: '02' })).toEqual(['0', ''])
    expect(await client.ask('open', { key, text: sealed!.slice(0, 54), more: '01' })).toEqual(['0', ''])
    expect(await client.ask('open', { key: key.slice(2), text: sealed!, more: '01' })).toEqual(['0', ''])
    expect(await client.ask('open', { key, text: sealed!, more: '01' })).toEqual(['1', hex('a secret')])
    expect((await client.ask('seal', { key: key.slice(2), text: '00' }))[0]).toBe('0')
    expect((await client.ask('seal', { key, text: hex('a secret') }))[1]).not.toBe(sealed)
  })

  test('without random bytes, nothing is made', async () => {
    for (const function_ of ['init', 'random']) {
      await client.ask(`broken ${function_}`)
      expect(await client.ask('p256-generate')).toEqual(['0', ''])
      expect((await client.ask('seal', { key: '00'.repeat(32), text: '00' }))[0]).toBe('0')
    }
  })
})
