/** guests/secret-signer: what it does, and that its private key never leaves the enclave. */

import * as node from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { test as anyTest, describe, expect } from 'vitest'
import type { KeptKey, SecretSigner } from '../../guests/secret-signer/index.ts'
import { compiledGuest } from '../../scripts/compiled-guests.ts'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { pcrHex } from '../../src/base/pcrs.ts'
import { clang, compileForEnclave, program } from '../c/compile.ts'
import { CREDENTIALS as credentials, processMemory, Witness } from './witness.ts'

const CONTEXT = { service: 'secret-signer' }
const MESSAGE = new TextEncoder().encode('pay 1 to Bob')

function isSigned(publicKey: Uint8Array, signature: Uint8Array): boolean {
  const key = node.createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  return node.verify('sha256', MESSAGE, key, signature)
}

const pointOf = (publicKey: Uint8Array) => [...publicKey.subarray(-65)]
const learn = (witness: Witness<SecretSigner>, name: string, { wrapped, sealed, publicKey }: KeptKey) =>
  witness.kms.ask('learnSealed', { name, wrapped, sealed, associated: publicKey, context: CONTEXT })

const inRust = await compiledGuest('secret-signer-rust')

/** The same signer in each language, for the same client. */
const SIGNERS: readonly (readonly [language: string, application: string | undefined])[] = [
  ['TypeScript', 'secret-signer'],
  ['C', clang && pathToFileURL(await compileForEnclave(program('guests/c/secret-signer.c'), '-Oz')).href],
  ['Rust', inRust && pathToFileURL(inRust).href],
]

describe.each(SIGNERS)('the secret signer in %s', (_, application = '') => {
  const test = application === '' ? anyTest.skip : anyTest
  test('generates a key, attests it, signs, and restores it after a restart; the key is found nowhere outside', async () => {
    await using witness = await Witness.open<SecretSigner>(application)
    const { parent, kms, image } = witness
    const nonce = node.randomBytes(32)
    // Not a secret: the search must find it in each place.
    await kms.ask('learnControl', { name: 'control', bytes: nonce })
    const control = nonce.toString('hex')

    const kept = await witness.client.call.generate({ credentials })
    const first = await witness.client.call.sign({ message: MESSAGE })
    expect(isSigned(kept.publicKey, first)).toBe(true)

    const { document, publicKey } = await witness.client.call.prove({ nonce: Uint8Array.from(nonce) })
    const verdict = await verifyAttestation(Uint8Array.from(document), {
      profile: 'qingtian',
      roots: parent.rootCertificate,
      nonce: Uint8Array.from(nonce),
      pcrs: { 0: pcrHex(image.pcrs, 0) },
    })
    expect(verdict.ok).toBe(true)
    expect(node.hash('sha256', publicKey, 'hex')).toBe(
      Buffer.from(verdict.document!.userData!).toString('hex'),
    )
    const seenInFirstLife = witness.vsockBytes()

    await witness.start()
    await expect(witness.client.call.sign({ message: MESSAGE })).rejects.toMatchObject({
      code: 'E_SIGNER_EMPTY',
    })
    await witness.client.call.restore({ credentials, kept })
    expect(isSigned(kept.publicKey, await witness.client.call.sign({ message: MESSAGE }))).toBe(true)

    // The KMS's process decrypts the stored key, so that it can search for it, and checks that it is the signing key.
    const learned = await learn(witness, 'signing key', kept)
    expect([...learned.point]).toEqual(pointOf(kept.publicKey))
    expect(await kms.search([...seenInFirstLife, ...witness.vsockBytes()])).toEqual(['control, raw'])
    expect(await kms.search(witness.sharedMemory())).toEqual(['control, raw'])
    expect(await kms.search(witness.heap())).toEqual(['control, hex'])
    expect(control).toHaveLength(64)
  })

  test('imports a key that was encrypted for it, and no other ciphertext', async () => {
    await using witness = await Witness.open<SecretSigner>(application)
    const { kms, client } = witness
    const mine = await kms.ask('encryptSecret', { name: 'imported key', context: CONTEXT })
    const foreign = await kms.ask('encryptSecret', { name: 'other', context: { service: 'another' } })
    await expect(client.call.import({ credentials, ciphertext: foreign.ciphertext })).rejects.toMatchObject({
      code: 'E_KMS_REFUSED',
    })
    const kept = await client.call.import({ credentials, ciphertext: mine.ciphertext })
    expect(pointOf(kept.publicKey)).toEqual([...mine.point])
    expect(isSigned(kept.publicKey, await client.call.sign({ message: MESSAGE }))).toBe(true)

    // A stored key of another enclave is rejected, and so is a stored key with another public key.
    const other = await client.call.generate({ credentials })
    for (const bad of [
      { ...kept, sealed: other.sealed },
      { ...kept, wrapped: other.wrapped },
      { ...kept, publicKey: other.publicKey },
    ]) {
      await expect(client.call.restore({ credentials, kept: bad })).rejects.toMatchObject({
        code: 'E_DECRYPT',
      })
    }
    // None of them has replaced or removed the key in use, which is the other one.
    expect(isSigned(other.publicKey, await client.call.sign({ message: MESSAGE }))).toBe(true)
    await client.call.restore({ credentials, kept })
    expect(await kms.search(witness.vsockBytes())).toEqual([])
    // The memory of an enclave in a Worker belongs to this process, though not to its heap: here the search finds the
    // key.
    if (process.platform === 'linux') {
      expect(await kms.search(processMemory())).toContain('imported key, raw')
    }
  })

  ;(process.platform === 'linux' ? test : anyTest.skip)(
    'in its own process, leaves its key nowhere in the memory of the parent process',
    async () => {
      await using witness = await Witness.open<SecretSigner>(application, undefined, {
        isolation: 'process',
      })
      const { kms, client } = witness
      const kept = await client.call.generate({ credentials })
      await learn(witness, 'signing key', kept)
      await kms.ask('learnControl', { name: 'control', bytes: kept.publicKey.slice(-64) })
      expect(await kms.search(processMemory())).toEqual(['control, raw'])
    },
  )
})
