/** The pool of enclaves. */
import { createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Signer, startSigner } from '../host/signer.ts'

let signer: Signer
beforeAll(async () => {
  signer = await startSigner(2)
}, 60_000)
afterAll(() => signer.stop())

test('it signs several messages at once, and OpenSSL verifies each', async () => {
  const messages = Array.from({ length: 8 }, (_, index) => new TextEncoder().encode(`pay ${index} to Bob`))
  const answers = await Promise.all(messages.map((message) => signer.sign(message)))
  answers.forEach(({ signature, publicKey }, index) => {
    const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
    expect(verify('sha256', messages[index]!, key, signature)).toBe(true)
  })
  expect(signer.stats().calls).toMatchObject({ answered: 8 })
})
