/** The sender of HPKE by node:crypto: the enclave opens what it seals, and it opens what the enclave answers. */
import { expect, test, vi } from 'vitest'
import { fromHex } from '../../src/base/bytes.ts'
import { createAttestedClient } from '../../src/channel/index.ts'
import { nodeSealings } from '../../src/channel/node-sealing.ts'
import { infoOf } from '../../src/channel/sealing.ts'
import { FINAL, NOT_FINAL } from '../../src/channel/wire/chunks.ts'
import { answerChunks, Schedule, suiteOf } from '../../src/channel/wire/hpke.ts'
import { ANSWER_LABEL, KEY_LENGTH, X25519_KEM } from '../../src/channel/wire/names.ts'
import { readVarint, varintSize } from '../../src/channel/wire/varint.ts'
import { compiled } from '../../src/sdk/channel/hpke.ts'
import { x25519Kem } from '../../src/sdk/channel/kem.ts'
import { localEnclave } from '../sdk/channel/enclave.ts'

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value)

async function exchange() {
  const key = x25519Kem.generate()
  const sealing = await nodeSealings({ id: 7, kem: X25519_KEM, publicKey: key.publicKey })()
  const { begin, enc } = sealing
  const header = begin.subarray(0, begin.length - enc.length)
  const context = new Schedule(compiled, suiteOf(X25519_KEM), infoOf(header)).begin(key.open(enc))
  const random = bytes(KEY_LENGTH, 9)
  const answer = answerChunks(compiled, context.exported(ANSWER_LABEL, KEY_LENGTH), enc, random)
  return { sealing, context, answer, open: await sealing.opener(random) }
}

test('an enclave opens each chunk of a request', async () => {
  const { sealing, context } = await exchange()
  for (const length of [1, 0, 100_000]) {
    const sealed = await sealing.seal(bytes(length, 3), false, bytes(4, 1))
    const head = varintSize(sealed[4]!)
    expect(sealed.subarray(0, 4)).toEqual(bytes(4, 1))
    expect(readVarint(sealed, 4)).toBe(length + 16)
    expect(context.open(sealed.subarray(4 + head), NOT_FINAL)).toEqual(bytes(length, 3))
  }
  const last = await sealing.seal(bytes(5, 4), true, bytes(0, 0))
  expect(last[0]).toBe(0)
  expect(context.open(last.subarray(1), FINAL)).toEqual(bytes(5, 4))
})

test('each chunk of an answer is opened as bytes whose slice is a copy', async () => {
  const { answer, open } = await exchange()
  for (const length of [1, 0, 100_000]) {
    const text = await open(answer.seal(bytes(length, 5), NOT_FINAL), false)
    expect(text).toEqual(bytes(length, 5))
    expect(Object.getPrototypeOf(text)).toBe(Uint8Array.prototype)
  }
  expect(await open(answer.seal(bytes(2, 6), FINAL), true)).toEqual(bytes(2, 6))
})

test.each<[string, (sealed: Uint8Array) => readonly [sealed: Uint8Array, isFinal: boolean]]>([
  ['with another bit', (sealed) => [sealed.map((byte, at) => (at === 3 ? byte ^ 1 : byte)), false]],
  [
    'with another tag',
    (sealed) => [sealed.map((byte, at) => (at === sealed.length - 1 ? byte ^ 1 : byte)), false],
  ],
  ['that was not the last', (sealed) => [sealed, true]],
  ['that is cut within its tag', (sealed) => [sealed.subarray(0, 15), false]],
])('an answer %s is refused', async (_, change) => {
  const { answer, open } = await exchange()
  const sealed = answer.seal(bytes(40, 1), NOT_FINAL)
  await expect((async () => open(...change(sealed)))()).rejects.toMatchObject({ code: 'E_CHANNEL_MESSAGE' })
})

test('an answer that is repeated is refused', async () => {
  const { answer, open } = await exchange()
  const sealed = answer.seal(bytes(40, 1), NOT_FINAL)
  expect(await open(sealed, false)).toEqual(bytes(40, 1))
  expect(() => open(sealed, false)).toThrow('cannot be decrypted')
})

test('a key of small order is refused', async () => {
  for (const point of ['00', '01', 'ec']) {
    const rest = point === 'ec' ? `${'ff'.repeat(30)}7f` : '00'.repeat(31)
    const publicKey = fromHex(point + rest)
    const begin = nodeSealings({ id: 7, kem: X25519_KEM, publicKey })
    await expect(begin()).rejects.toThrow()
  }
})

test('a client in Node asks WebCrypto for no key of an exchange', async () => {
  const { options } = localEnclave(() => new Response('hello'))
  const client = await createAttestedClient(options)
  const generateKey = vi.spyOn(globalThis.crypto.subtle, 'generateKey')
  expect(await (await client.fetch('/')).text()).toBe('hello')
  expect(generateKey).not.toHaveBeenCalled()
  generateKey.mockRestore()
})

test('a client whose bundle lacks it, as for what only passes for Node, seals by WebCrypto', async () => {
  vi.doMock('../../src/channel/node-sealing.ts', () => ({ nodeSealings: undefined }))
  const { options } = localEnclave(() => new Response('hello'))
  const client = await createAttestedClient(options)
  const generateKey = vi.spyOn(globalThis.crypto.subtle, 'generateKey')
  expect(await (await client.fetch('/')).text()).toBe('hello')
  expect(generateKey).toHaveBeenCalled()
  generateKey.mockRestore()
  vi.doUnmock('../../src/channel/node-sealing.ts')
})
