/** Envelopes (CMS) that the C SDK opens, compared with the reader of the SDK for TypeScript; one is a real one of AWS. */
import * as node from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concatBytes } from '../../../src/base/bytes.ts'
import { readEnvelope } from '../../../src/encoding/cms/read-envelope.ts'
import { readRecipient, sealFor } from '../../../src/kms/recipient/envelope.ts'
import type { Harness } from './harnesses.ts'
import { harnesses, hex } from './lab.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 10_000 : 500
const vectors = fileURLToPath(new URL('../../../../shared/vectors/cms/', import.meta.url))
if (!existsSync(vectors)) console.warn('SKIPPED: the real envelope, because ../shared/vectors/cms is missing')

describe.skipIf(!harnesses.areThere).each(harnesses.all)('%s', (_, start) => {
  let client: Harness
  beforeAll(() => {
    client = start()
  })
  afterAll(async () => expect(await client.end()).toBe(''))

  describe('CMS EnvelopedData (RFC 5652)', () => {
    let seal: (plaintext: Uint8Array) => Promise<Bytes>
    beforeAll(async () => {
      const [, spki] = await client.ask('public')
      const recipient = await readRecipient(Uint8Array.from(Buffer.from(spki!, 'hex')))
      seal = (plaintext) => sealFor(recipient, Uint8Array.from(plaintext))
    })
    const open = (bytes: Uint8Array) => client.ask('envelope', { bytes: hex(bytes) })

    const element = (tag: number, ...parts: Uint8Array[]): Bytes => {
      const content = concatBytes(...parts)
      const length =
        content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255]
      return concatBytes(Uint8Array.of(tag, ...length), content)
    }
    const fromHex = (text: string): Bytes => Uint8Array.from(Buffer.from(text, 'hex'))

    /** The same envelope in definite lengths; `ciphertext` makes its last element. */
    const definite = (envelope: Bytes, ciphertext: (bytes: Bytes) => Bytes): Bytes => {
      const parts = readEnvelope(envelope)
      const sha256 = fromHex('300d06096086480165030402010500')
      const mgf1 = concatBytes(fromHex('06092a864886f70d010108'), sha256)
      const oaep = element(
        0x30,
        fromHex('06092a864886f70d010107'),
        element(0x30, element(0xa0, sha256), element(0xa1, element(0x30, mgf1))),
      )
      const recipient = element(
        0x30,
        fromHex('020102'),
        element(0x80, new Uint8Array(32)),
        oaep,
        element(0x04, parts.encryptedKey),
      )
      const algorithm = element(0x30, fromHex('060960864801650304012a'), element(0x04, parts.iv))
      const content = element(
        0x30,
        fromHex('06092a864886f70d010701'),
        algorithm,
        ciphertext(parts.ciphertext),
      )
      const enveloped = element(0x30, fromHex('020102'), element(0x31, recipient), content)
      return element(0x30, fromHex('06092a864886f70d010703'), element(0xa0, enveloped))
    }

    test('in indefinite and definite lengths, its ciphertext whole or in parts', async () => {
      const envelope = await seal(Buffer.from('the secret of this enclave'))
      const forms: Bytes[] = [
        envelope,
        definite(envelope, (bytes) => element(0x80, bytes)),
        definite(envelope, (bytes) => element(0xa0, element(0x04, bytes))),
        definite(envelope, (bytes) =>
          element(0xa0, element(0x04, bytes.subarray(0, 5)), element(0x04), element(0x04, bytes.subarray(5))),
        ),
      ]
      for (const form of forms) expect(await open(form)).toEqual(['0', '', hex('the secret of this enclave')])
    })

    test.skipIf(!existsSync(vectors))('of AWS KMS', async () => {
      const read = (name: string) => readFileSync(join(vectors, name))
      const jwk = node.createPrivateKey(read('edgebit_private_key.pem')).export({ format: 'jwk' }) as Record<
        string,
        string
      >
      const part = (name: string, length: number) => {
        const found = Buffer.from(jwk[name]!, 'base64url')
        return Buffer.concat([Buffer.alloc(length - found.length), found])
      }
      const key = Buffer.concat([
        part('n', 256),
        ...['p', 'q', 'dp', 'dq', 'qi'].map((name) => part(name, 128)),
      ])
      const bytes = hex(read('edgebit_ciphertext_for_recipient.der'))
      const plaintext = read('edgebit_plaintext.hex').toString().trim()
      expect(await client.ask('envelope', { bytes, key: hex(key) })).toEqual(['0', plaintext])
    })

    test('an empty secret', async () => {
      expect(await open(await seal(new Uint8Array(0)))).toEqual(['0', '', ''])
    })

    test('cut, extended, nested too deeply', async () => {
      const envelope = await seal(Buffer.from('secret'))
      for (let length = 0; length < envelope.length; length += 7) {
        expect((await open(envelope.subarray(0, length))).slice(0, 2)).toEqual(['5', 'E_CMS'])
      }
      expect((await open(concatBytes(envelope, new Uint8Array(1))))[1]).toBe('E_CMS')
      expect((await open(fromHex('3080'.repeat(5000))))[1]).toBe('E_CMS')
      expect((await open(fromHex(`${'3080'.repeat(30)}${'0000'.repeat(30)}`)))[1]).toBe('E_CMS')
      for (const bytes of [
        '3084ffffffff',
        '30848000000000',
        '3085000000000100',
        '30ff',
        '1f8100',
        '0480',
        '30',
        '3081',
      ]) {
        expect((await open(fromHex(bytes)))[1]).toBe('E_CMS')
      }
    })

    test('a wrong key, a wrong padding and wrong lengths are one error', async () => {
      const envelope = await seal(Buffer.from('secret'))
      const sealed = ['5', 'E_CMS_DECRYPT', '']
      const { encryptedKey, ciphertext } = readEnvelope(envelope)
      const at = (part: Bytes, index: number) => {
        const changed = Uint8Array.from(envelope)
        const start = Buffer.from(envelope).indexOf(Buffer.from(part))
        changed[start + index]! ^= 1
        return changed
      }
      expect(await open(at(encryptedKey, 100))).toEqual(sealed)
      expect(await open(at(encryptedKey, 0))).toEqual(sealed)
      // The last byte of the last block before: it changes the padding.
      const two = await seal(Buffer.alloc(16))
      const changed = Uint8Array.from(two)
      changed[Buffer.from(two).indexOf(Buffer.from(readEnvelope(two).ciphertext)) + 15]! ^= 0xff
      expect(await open(changed)).toEqual(sealed)
      for (const length of [0, 15, 17]) {
        expect(await open(definite(envelope, () => element(0x80, new Uint8Array(length))))).toEqual(sealed)
      }
      expect(ciphertext.length).toBe(16)
    })

    test('only a content key of 32 bytes, and a padding whose bytes all agree, are accepted', async () => {
      const [, spki] = await client.ask('public')
      const publicKey = node.createPublicKey({ key: Buffer.from(spki!, 'hex'), format: 'der', type: 'spki' })
      const envelope = await seal(Buffer.from('x'))
      const parts = readEnvelope(envelope)
      /** An envelope of a content key and of blocks with their padding. */
      const openPadded = (key: Uint8Array, blocks: Uint8Array) => {
        const cipher = node.createCipheriv(
          'aes-256-cbc',
          Buffer.concat([key, Buffer.alloc(32)]).subarray(0, 32),
          parts.iv,
        )
        const ciphertext = Uint8Array.from(cipher.setAutoPadding(false).update(blocks))
        const encryptedKey = node.publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, key)
        const made = Buffer.from(definite(envelope, () => element(0x80, ciphertext)))
        made.set(encryptedKey, made.indexOf(Buffer.from(parts.encryptedKey)))
        return open(made)
      }
      const key = node.randomBytes(32)
      const block = (...end: number[]) => Buffer.concat([Buffer.alloc(16 - end.length), Buffer.from(end)])
      expect(await openPadded(key, block(2, 2))).toEqual(['0', '', '00'.repeat(14)])
      expect(await openPadded(key, Buffer.alloc(16, 16))).toEqual(['0', '', ''])
      expect(await openPadded(key, Buffer.concat([Buffer.alloc(16), Buffer.alloc(16, 16)]))).toEqual([
        '0',
        '',
        '00'.repeat(16),
      ])
      const sealed = ['5', 'E_CMS_DECRYPT', '']
      for (const end of [[0], [17], [255], [1, 2], [3, 2, 3], [2, 3, 3]]) {
        expect(await openPadded(key, block(...end))).toEqual(sealed)
      }
      for (const length of [0, 16, 24, 31, 33, 64]) {
        expect(await openPadded(node.randomBytes(length), block(1))).toEqual(sealed)
      }
    })

    test('random changes are judged as by the other reader', async () => {
      const envelope = await seal(Buffer.from('secret'))
      const forms = [envelope, definite(envelope, (bytes) => element(0xa0, element(0x04, bytes)))]
      for (let count = 0; count < RUNS; count++) {
        const changed = Uint8Array.from(forms[count % 2]!)
        for (let changes = node.randomInt(1, 3); changes > 0; changes--)
          changed[node.randomInt(changed.length)] = node.randomInt(256)
        let isWellFormed = true
        try {
          readEnvelope(changed)
        } catch {
          isWellFormed = false
        }
        const [, code] = await open(changed)
        expect(code === 'E_CMS', hex(changed)).toBe(!isWellFormed)
      }
    })
  })
})
