/**
 * guests/tokenizer: tokens for card numbers, which only the payment processor can decrypt; the keys never leave the
 * enclave.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tokenizer } from '../../guests/tokenizer/index.ts'
import { CREDENTIALS as credentials, Witness } from './witness.ts'

const CONTEXT = { service: 'tokenizer' }
const CARD = '4111 1111 1111 1111'
const OTHERS = ['5500-0000-0000-0004', '340000000000009', '6011000000000004']

let witness: Witness<Tokenizer>
let wrapped: Uint8Array
beforeAll(async () => {
  witness = await Witness.open<Tokenizer>('tokenizer', async (kms) => {
    const context = { service: 'tokenizer', holder: 'processor' }
    const { ciphertext } = await kms.ask('encryptSecret', { name: 'processor key', context })
    return { PROCESSOR_KEY: Buffer.from(ciphertext).toString('hex') }
  })
  await expect(witness.client.call.tokenize({ card: CARD })).rejects.toMatchObject({
    code: 'E_TOKENIZER_CLOSED',
  })
  wrapped = await witness.client.call.open({ credentials })
})
afterAll(() => witness[Symbol.asyncDispose]())

describe('the tokenizer', () => {
  test('returns the same token for a card in any notation, and different tokens for other cards', async () => {
    const { call } = witness.client
    const token = await call.tokenize({ card: CARD })
    expect(token).toMatch(/^tok_[0-9a-f]{88}_1111$/)
    expect(await call.tokenize({ card: CARD.replaceAll(' ', '') })).toBe(token)
    const tokens = await Promise.all(OTHERS.map((card) => call.tokenize({ card })))
    expect(new Set([token, ...tokens]).size).toBe(4)
  })

  test('encrypts a card number for the processor only, bound to one order', async () => {
    const { client, kms } = witness
    const token = await client.call.tokenize({ card: CARD })
    const sealed = await client.call.forProcessor({ token, order: 'order 7' })
    expect(Buffer.from(sealed).includes('4111')).toBe(false)
    const open = (order: string) =>
      kms.ask('unseal', { name: 'processor key', sealed, associated: new TextEncoder().encode(order) })
    expect(new TextDecoder().decode(await open('order 7'))).toBe('4111111111111111')
    await expect(open('order 8')).rejects.toThrow()
  })

  test.each([
    ['too short', '411111111111'],
    ['one with a wrong check digit', '4111111111111112'],
    ['one with a letter', '4111x11111111111'],
    ['not a string', 4111111111111111],
    ['missing', undefined],
  ])('rejects a card number that is %s', async (_, card) => {
    await expect(witness.client.call.tokenize({ card: card as string })).rejects.toMatchObject({
      code: 'E_TOKENIZER_CARD',
    })
  })

  test('rejects tokens that it did not create', async () => {
    const { call } = witness.client
    const token = await call.tokenize({ card: CARD })
    const changed = token.replace(/_(.)/, (_, digit) => `_${digit === '0' ? '1' : '0'}`)
    const bad = [changed, token.replace('_1111', '_1112'), token.slice(0, 60), 'tok_', '', '4111111111111111']
    for (const one of bad) {
      await expect(call.forProcessor({ token: one, order: 'a' })).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:E_TOKENIZER_TOKEN|E_DECRYPT)$/),
      })
    }
  })

  test('returns the same tokens after a restart, and its keys are found nowhere outside the enclave', async () => {
    const { kms } = witness
    const token = await witness.client.call.tokenize({ card: CARD })
    const seen = witness.vsockBytes()
    await witness.start()
    await witness.client.call.open({ credentials, wrapped })
    expect(await witness.client.call.tokenize({ card: CARD })).toBe(token)

    await kms.ask('learnDataKey', { name: 'data key', wrapped, context: CONTEXT })
    // The first bytes of the token: not a secret, and sent over vsock as text.
    await kms.ask('learnControl', { name: 'control', bytes: Buffer.from(token.slice(4, 68), 'hex') })
    expect(await kms.search([...seen, ...witness.vsockBytes()])).toEqual(['control, hex'])
    expect(await kms.search(witness.sharedMemory())).toEqual(['control, hex'])
    expect(await kms.search(witness.heap())).toEqual(['control, hex'])
  })
})
