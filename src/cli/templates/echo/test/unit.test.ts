/** The guest's modules in Node, without an enclave: `webclave/sdk` is that of a test enclave. */

import { expect, test } from 'vitest'
import { verifyAttestation } from 'webclave/attestation'
import { testEnclave } from 'webclave/testing'
import { handlers } from '../guest/index.ts'
import { shout } from '../guest/shout.ts'

test('a text is answered in upper case', () => {
  expect(shout('hello')).toBe('HELLO')
})

test.each([undefined, 7, ['hello']])('%j is refused', (text) => {
  expect(() => shout(text)).toThrow('the text must be a string')
})

test('a document has the nonce', async () => {
  const nonce = crypto.getRandomValues(new Uint8Array(32))
  const roots = testEnclave.rootCertificate
  const options = { profile: 'qingtian', roots, nonce, allowDebug: true } as const
  expect(await verifyAttestation(handlers.prove({ nonce }), options)).toMatchObject({ ok: true })
})
