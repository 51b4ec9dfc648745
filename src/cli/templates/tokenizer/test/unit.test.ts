/** The guest's modules in Node, without an enclave: `webclave/sdk` is that of a test enclave. */
import { expect, test } from 'vitest'
import { handlers } from '../guest/index.ts'
import { tokenOf } from '../guest/tokens.ts'

const key = new Uint8Array(32).fill(1)

test('a card has the same token however it is written', () => {
  const token = tokenOf(key, '4111 1111 1111 1111')
  expect(token).toMatch(/^tok_[0-9a-f]{64}_1111$/)
  expect(tokenOf(key, '4111-1111-1111-1111')).toBe(token)
})

test('other cards and other keys have other tokens', () => {
  const tokens = [tokenOf(key, '4111111111111111'), tokenOf(key, '5555555555554444')]
  tokens.push(tokenOf(new Uint8Array(32).fill(2), '4111111111111111'))
  expect(new Set(tokens).size).toBe(3)
})

test.each(['4111111111111112', '41', 'a card', undefined])('%j is not a card number', (card) => {
  expect(() => tokenOf(key, card)).toThrow('that is not a card number')
})

test('without a key there are no tokens', () => {
  expect(() => handlers.tokenize({ card: '4111111111111111' })).toThrow('the tokenizer has no key yet')
})
