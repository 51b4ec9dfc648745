/** `verify_parse_cboren_doc` in C: what it accepts, and how it refuses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { createParent, type Parent, type VsockSocket } from '../../src/parent/index.ts'
import { haveVectors, vector } from '../attestation/vectors.ts'
import { clang, imageOf, program } from './compile.ts'

/** A program that verifies documents: a line for each. */
class Verifier {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #text = ''

  constructor(socket: VsockSocket) {
    this.#writer = socket.writable.getWriter()
    this.#reader = socket.readable.getReader()
  }

  async line(): Promise<string> {
    while (!this.#text.includes('\n')) {
      const { value, done } = await this.#reader.read()
      if (done) throw new Error('the program has ended')
      this.#text += new TextDecoder().decode(value)
    }
    const [line = '', ...rest] = this.#text.split('\n')
    this.#text = rest.join('\n')
    return line
  }

  async verify(document: Uint8Array): Promise<string> {
    await this.#writer.write(new Uint8Array(Uint32Array.of(document.length).buffer))
    if (document.length > 0) await this.#writer.write(document)
    return this.line()
  }
}

describe.skipIf(!clang)('verify_parse_cboren_doc', () => {
  let parent: Parent
  let verifier: Verifier
  let document: Uint8Array
  beforeAll(async () => {
    parent = await createParent({ vcpus: 1, memoryMiB: 64 })
    const { promise, resolve } = Promise.withResolvers<VsockSocket>()
    parent.listen(6000, resolve)
    await parent.start(await imageOf(program('document')), { vcpus: 1, memoryMiB: 64 })
    verifier = new Verifier(await promise)
    expect(await verifier.line()).toBe('20 20')
    const authority = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
    const pcrs = new Map([[16, new Uint8Array(48).fill(0xab)]])
    const nonce = new TextEncoder().encode('fresh')
    document = await authority.attest({ profile: 'qingtian', moduleId: 'i-0-enc0', nonce, pcrs })
  })
  afterAll(() => parent?.close())

  const changed = (change: (bytes: Uint8Array) => void) => {
    const copy = document.slice()
    change(copy)
    return copy
  }
  const at = (text: string) => Buffer.from(document).indexOf(text)

  test('accepts a document, and gives its members', async () => {
    expect(await verifier.verify(document)).toMatch(
      /^0 i-0-enc0 1 PCRs, \d in the bundle, nonce fresh, PCR16 ab$/,
    )
  })

  test('refuses what is not a document, with the codes of Huawei', async () => {
    expect(await verifier.verify(new Uint8Array(0))).toBe('20')
    expect(await verifier.verify(new Uint8Array(70_000))).toBe('20')
    expect(await verifier.verify(Uint8Array.of(0xc1, 0x84))).toBe('21')
    expect(await verifier.verify(Uint8Array.of(0xa0))).toBe('25')
    expect(await verifier.verify(Uint8Array.of(0x83, 0x40, 0xa0, 0x40))).toBe('26')
    expect(await verifier.verify(Uint8Array.of(0x84, 0x5f))).toBe('27')
    expect(await verifier.verify(Uint8Array.of(0x84, 0x5b, ...Array(8).fill(0xff)))).toBe('24')
    expect(await verifier.verify(document.subarray(0, -1))).toBe('24')
    expect(await verifier.verify(changed((bytes) => bytes.set([0x21], 10)))).toBe('23')
    expect(await verifier.verify(changed((bytes) => bytes.set(Buffer.from('Module'), at('module_id'))))).toBe(
      '26',
    )
  })

  test('refuses a document that was changed anywhere', async () => {
    expect(await verifier.verify(changed((bytes) => bytes.set([1], at('fresh'))))).toBe('32')
    expect(await verifier.verify(changed((bytes) => (bytes[bytes.length - 1]! ^= 1)))).toBe('32')
    const step = Math.floor(document.length / 60)
    for (let place = 0; place < document.length; place += step) {
      expect(await verifier.verify(changed((bytes) => (bytes[place]! ^= 4))), `byte ${place}`).not.toMatch(
        /^0/,
      )
    }
    // And it still accepts the real one.
    expect(await verifier.verify(document)).toMatch(/^0/)
  })

  test('refuses a chain with a certificate of another root', async () => {
    const other = await createAttestationAuthority({ instanceId: 'i-0123456789abcdef0' })
    const foreign = await other.attest({
      profile: 'qingtian',
      moduleId: 'i-0-enc0',
      pcrs: new Map([[0, new Uint8Array(48)]]),
    })
    expect(await verifier.verify(foreign)).toMatch(/^0/)
    // The same lengths: only the leaf is the other's.
    const [mine, theirs] = [Buffer.from(document), Buffer.from(foreign)]
    const leaf = (bytes: Buffer) => bytes.indexOf('certificate') + 'certificate'.length + 3
    const length = mine.readUInt16BE(leaf(mine) - 2)
    const swapped = changed((bytes) =>
      bytes.set(theirs.subarray(leaf(theirs), leaf(theirs) + length), leaf(mine)),
    )
    expect(await verifier.verify(swapped)).toMatch(/^(?:28|30)$/)
  })

  test.skipIf(!haveVectors)('accepts a document of the cloud', async () => {
    expect(await verifier.verify(vector('qingtian/official-signed.cose'))).toMatch(/^0 .*4 in the bundle/)
  })
})
