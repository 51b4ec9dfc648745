/** The security module, the cryptography and a KMS in tests of an application's modules. */
import { createHash, webcrypto } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { fromHex } from '../../src/base/bytes.ts'
import { createKms, serveKms } from '../../src/kms/index.ts'
import { appOf, CREDENTIALS, identityOf } from '../sdk/kms-lab.ts'
import { sdk, testEnclave } from './modules.ts'

const { attest, qtsm } = sdk
afterEach(() => testEnclave.reset())

const PCR0 = new Uint8Array(48).fill(5)
const text = (value: string) => new TextEncoder().encode(value)

describe('an attestation document', () => {
  it.each(['qingtian', 'nitro'] as const)('of profile %s is a real one', async (profile) => {
    testEnclave.reset({ profile, pcrs: new Map([[0, PCR0]]) })
    const nonce = text('once')
    const roots = testEnclave.rootCertificate
    const verdict = await verifyAttestation(attest({ nonce }), {
      profile,
      roots,
      nonce,
      pcrs: new Map([[0, PCR0]]),
    })
    expect(verdict.ok).toBe(true)
    const other = await verifyAttestation(attest({ nonce: text('other') }), { profile, roots, nonce })
    expect(other.checks.find(({ name }) => name === 'nonce')).toMatchObject({ ok: false })
  })

  it('is one of debug mode if PCR0 was not given', async () => {
    const nonce = text('once')
    const options = { profile: 'qingtian', roots: testEnclave.rootCertificate, nonce } as const
    expect((await verifyAttestation(attest({ nonce }), options)).ok).toBe(false)
    expect((await verifyAttestation(attest({ nonce }), { ...options, allowDebug: true })).ok).toBe(true)
  })
})

describe('PCRs', () => {
  it('are extended and locked as in an enclave, and are new after a reset', () => {
    const first = qtsm.extendPcr(16, text('a'))
    const expected = createHash('sha384').update(new Uint8Array(48)).update('a').digest()
    expect(Buffer.from(first)).toEqual(expected)
    qtsm.lockPcr(16)
    expect(() => qtsm.extendPcr(16, text('b'))).toThrow('read-only-index')
    expect(qtsm.describePcr(16)).toEqual({ locked: true, value: first })
    expect(() => qtsm.describePcr(32)).toThrow('invalid-index')
    testEnclave.reset()
    expect(qtsm.describePcr(16)).toEqual({ locked: false, value: new Uint8Array(48) })
    expect(qtsm.getDescribe()).toMatchObject({ maxPcrs: 32, digest: 'sha384' })
  })
})

describe('random values', () => {
  const draw = () => [sdk.randomBytes(300), sdk.ecdsa.generateKey('P-256')]

  it('are the same for the same seed, after each reset', () => {
    testEnclave.reset({ seed: 'a' })
    const first = draw()
    expect(draw()).not.toEqual(first)
    testEnclave.reset({ seed: 'a' })
    expect(draw()).toEqual(first)
    testEnclave.reset({ seed: 'b' })
    expect(draw()).not.toEqual(first)
  })

  it('are random without a seed', () => {
    testEnclave.reset()
    const first = draw()
    testEnclave.reset()
    expect(draw()).not.toEqual(first)
  })
})

describe('cryptography', () => {
  it('is the compiled one of enclaves', async () => {
    const data = webcrypto.getRandomValues(new Uint8Array(60_000))
    expect(Buffer.from(sdk.sha384(data))).toEqual(createHash('sha384').update(data).digest())
    const key = sdk.ed25519.generateKey()
    const signature = sdk.ed25519.sign(key, data)
    expect(sdk.ed25519.verify(sdk.ed25519.publicKey(key), data, signature)).toBe(true)
    expect(sdk.ed25519.verify(sdk.ed25519.publicKey(key), text('other'), signature)).toBe(false)
    const point = sdk.ecdsa.publicKey('P-384', sdk.ecdsa.generateKey('P-384'))
    expect(point.length).toBeGreaterThan(96)
    const sealed = sdk.aesGcm.seal(new Uint8Array(32), data)
    expect(sdk.aesGcm.open(new Uint8Array(32), sealed)).toEqual(data)
    expect(sdk.randomBytes(1000)).not.toEqual(sdk.randomBytes(1000))
    const hash = sdk.argon2id(text('password'), new Uint8Array(16), { memory: 1024, passes: 1 })
    expect(hash.length).toBe(32)
    expect(() => sdk.hkdf('sha256', data, data, data, 32)).toThrow('E_CRYPTO_INPUT')
  })
})

describe('a KMS that the test serves', () => {
  it('releases a secret to the PCR0 that its policy names, and to no other', async () => {
    await using kms = await createKms({
      attestation: { profile: 'qingtian', roots: testEnclave.rootCertificate },
    })
    const { keyId } = (await kms.owner.createKey({ policy: onlyPcr0() })).keyMetadata
    const { ciphertextBlob } = await kms.owner.encrypt({ keyId, plaintext: text('the secret') })
    const decrypt = async (pcr0: Uint8Array<ArrayBuffer>) => {
      testEnclave.reset({ pcrs: new Map([[0, pcr0]]) })
      await using _ = serveKms(testEnclave, appOf(kms))
      const client = sdk.createKmsClient({ identity: identityOf(kms), credentials: CREDENTIALS })
      return new TextDecoder().decode(await client.decrypt(ciphertextBlob))
    }
    expect(await decrypt(PCR0)).toBe('the secret')
    await expect(decrypt(fromHex('06'.repeat(48)))).rejects.toMatchObject({ code: 'E_KMS_REFUSED' })
  })
})

/** A key policy that allows decryption only to PCR0. */
function onlyPcr0(): string {
  const Condition = { StringEquals: { 'kms:RecipientAttestation:PCR0': '05'.repeat(48) } }
  const Principal = { AWS: '*' }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal, Action: ['kms:Decrypt'], Resource: '*', Condition },
      { Effect: 'Allow', Principal, Action: ['kms:Encrypt', 'kms:PutKeyPolicy'], Resource: '*' },
    ],
  })
}
