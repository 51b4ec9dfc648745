/** The enclave's HPKE: RFC 9180, appendix A.1; the example of chunked OHTTP; X-Wing and HPKE of other programs. */
import { Aes128Gcm, Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'
import { XWing } from '@hpke/hybridkem-x-wing'
import { describe, expect, test } from 'vitest'
import { concatBytes, fromHex, toHex } from '../../../src/base/bytes.ts'
import { ByteSource, wholeOrigin } from '../../../src/channel/wire/byte-source.ts'
import { ChunkReader, chunkBytes, FINAL, NOT_FINAL } from '../../../src/channel/wire/chunks.ts'
import { answerChunks, Schedule, suiteOf } from '../../../src/channel/wire/hpke.ts'
import { ANSWER_LABEL, REQUEST_LABEL, X_WING_KEM, X25519_KEM } from '../../../src/channel/wire/names.ts'
import { compiled } from '../../../src/sdk/channel/hpke.ts'
import { x25519Kem, x25519Key } from '../../../src/sdk/channel/kem.ts'
import { headerOf } from '../../../src/sdk/channel/keys.ts'
import { xWing, xWingKey } from '../../../src/sdk/channel/x-wing.ts'

const utf8 = new TextEncoder()
const AES_128_GCM = { kem: X25519_KEM, aead: 1, keyLength: 16 }

/** RFC 9180, appendix A.1.1: X25519, HKDF-SHA256, AES-128-GCM, base mode. */
const A1 = {
  privateKey: '4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8',
  publicKey: '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  ephemeral: '52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736',
  enc: '37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431',
  sharedSecret: 'fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc',
  info: '4f6465206f6e2061204772656369616e2055726e',
  text: '4265617574792069732074727574682c20747275746820626561757479',
  sealed: [
    'f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a',
    'af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab251c03d0c22a56b8ca42c2063b84',
  ],
  exported: {
    '': '3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee',
    '\0': '2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5',
    TestContext: 'e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931',
  },
}

describe('RFC 9180, appendix A.1', () => {
  test('holds for the enclave', () => {
    const key = x25519Key(fromHex(A1.privateKey))
    expect(toHex(key.publicKey)).toBe(A1.publicKey)
    const secret = key.open(fromHex(A1.enc))
    expect(toHex(secret)).toBe(A1.sharedSecret)
    const context = new Schedule(compiled, AES_128_GCM, fromHex(A1.info)).begin(secret)
    A1.sealed.forEach((sealed, count) => {
      expect(toHex(context.open(fromHex(sealed), utf8.encode(`Count-${count}`)))).toBe(A1.text)
    })
    for (const [label, value] of Object.entries(A1.exported))
      expect(toHex(context.exported(label, 32))).toBe(value)
  })

  test('holds for the package of the caller', async () => {
    const suite = new CipherSuite({
      kem: new DhkemX25519HkdfSha256(),
      kdf: new HkdfSha256(),
      aead: new Aes128Gcm(),
    })
    const ekm = {
      publicKey: await suite.kem.deserializePublicKey(fromHex(A1.enc).buffer),
      privateKey: await suite.kem.deserializePrivateKey(fromHex(A1.ephemeral).buffer),
    }
    const recipientPublicKey = await suite.kem.deserializePublicKey(fromHex(A1.publicKey).buffer)
    const context = await suite.createSenderContext({
      recipientPublicKey,
      info: fromHex(A1.info).buffer,
      ekm,
    })
    for (const [count, sealed] of A1.sealed.entries()) {
      const aad = utf8.encode(`Count-${count}`)
      expect(toHex(new Uint8Array(await context.seal(fromHex(A1.text), aad)))).toBe(sealed)
    }
  })
})

/** draft-ietf-ohai-chunked-ohttp-08, appendix A. */
const EXAMPLE = {
  privateKey: '1c190d72acdbe4dbc69e680503bb781a932c70a12c8f3754434c67d8640d8698',
  publicKey: '668eb21aace159803974a4c67f08b4152d29bed10735fd08f98ccdd6fe095708',
  header: '01002000010001',
  enc: '8811eb457e100811c40a0aa71340a1b81d804bb986f736f2f566a7199761a032',
  chunks:
    '1c2ad24942d4d692563012f2980c8fef437a336b9b2fc938ef77a5834f1d2e33d8fd25577afe31bd1c79d094f76b6250ae6549b473ecd950501311001c6c1395d0ef7c1022297966307b8a7f',
  request: '00034745540568747470730b6578616d706c652e636f6d012f',
  random: 'bcce7f4cb921309ba5d62edf1769ef09',
  answer: ['01', '40c8', ''],
  sealed:
    'bcce7f4cb921309ba5d62edf1769ef091179bf1cc87fa0e2c02de4546945aa3d1e4812b348b5bd4c594c16b6170b07b475845d1f3200ed9d8a796617a5b27265f4d73247f639',
}

describe('the example of chunked OHTTP', () => {
  const header = headerOf(1, X25519_KEM, AES_128_GCM.aead)
  const begin = () => {
    const info = concatBytes(utf8.encode(`${REQUEST_LABEL}\0`), header)
    return new Schedule(compiled, AES_128_GCM, info).begin(
      x25519Key(fromHex(EXAMPLE.privateKey)).open(fromHex(EXAMPLE.enc)),
    )
  }

  test('has the header and the public key', () => {
    expect(toHex(header)).toBe(EXAMPLE.header)
    expect(toHex(x25519Key(fromHex(EXAMPLE.privateKey)).publicKey)).toBe(EXAMPLE.publicKey)
  })

  test('is opened chunk by chunk', async () => {
    const context = begin()
    const chunks = new ChunkReader(new ByteSource(wholeOrigin(fromHex(EXAMPLE.chunks))), (sealed, isFinal) =>
      context.open(sealed, isFinal ? FINAL : NOT_FINAL),
    )
    const texts: string[] = []
    for (let text = await chunks.next(); text; text = await chunks.next()) texts.push(toHex(text))
    expect(texts.map((text) => text.length / 2)).toEqual([12, 13, 0])
    expect(texts.join('')).toBe(EXAMPLE.request)
  })

  test('is answered with the same bytes', () => {
    const sealer = answerChunks(
      compiled,
      begin().exported(ANSWER_LABEL, 16),
      fromHex(EXAMPLE.enc),
      fromHex(EXAMPLE.random),
      16,
    )
    const sealed = EXAMPLE.answer.map((text, at) => {
      const isFinal = at === EXAMPLE.answer.length - 1
      return chunkBytes(sealer.seal(fromHex(text), isFinal ? FINAL : NOT_FINAL), isFinal)
    })
    expect(toHex(concatBytes(fromHex(EXAMPLE.random), ...sealed))).toBe(EXAMPLE.sealed)
  })
})

describe('what @hpke/core seals', () => {
  test.each([
    ['X25519', x25519Kem, new DhkemX25519HkdfSha256()],
    ['X-Wing', xWing, new XWing()],
  ])('for a key of %s is opened, with the same exported secret', async (_, mechanism, kem) => {
    const key = mechanism.generate()
    const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() })
    const recipientPublicKey = await suite.kem.deserializePublicKey(key.publicKey.buffer)
    const info = utf8.encode('about this')
    const sender = await suite.createSenderContext({ recipientPublicKey, info: info.buffer })
    const context = new Schedule(compiled, suiteOf(mechanism.id), info).begin(
      key.open(new Uint8Array(sender.enc)),
    )
    for (const text of ['one', 'two'])
      expect(context.open(new Uint8Array(await sender.seal(utf8.encode(text))), NOT_FINAL)).toEqual(
        utf8.encode(text),
      )
    // The number of a chunk is in its nonce, also where it has two bytes.
    for (let count = 2; count < 300; count++)
      expect(context.open(new Uint8Array(await sender.seal(Uint8Array.of(count))), NOT_FINAL)).toEqual(
        Uint8Array.of(count),
      )
    expect(context.exported('label', 32)).toEqual(
      new Uint8Array(await sender.export(utf8.encode('label'), 32)),
    )
  })
})

describe('an encapsulated key of small order', () => {
  /** Points of order 1, 2, 4 and 8 on the curve and its twist, with and without the bit that is ignored (RFC 7748). */
  const SMALL = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000080',
  ]
  test.each(SMALL)('%s is refused', (point) => {
    expect(() => x25519Kem.generate().open(fromHex(point))).toThrow('small order')
    const inside = concatBytes(new Uint8Array(1088), fromHex(point))
    expect(() => xWingKey(new Uint8Array(32)).open(inside)).toThrow('small order')
  })

  test('but any other is taken (the control)', () => {
    expect(x25519Kem.generate().open(fromHex(A1.enc))).toHaveLength(32)
    expect(
      xWingKey(new Uint8Array(32)).open(concatBytes(new Uint8Array(1088), fromHex(A1.enc))),
    ).toHaveLength(32)
    expect(X_WING_KEM).toBe(0x647a)
  })
})
