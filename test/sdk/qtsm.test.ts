/** The seven calls of the QTSM from the SDK, and their errors. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyAttestation } from '../../src/attestation/index.ts'
import { Laboratory } from '../support/laboratory.ts'

let lab: Laboratory
beforeAll(async () => {
  lab = await Laboratory.open()
})
afterAll(() => lab[Symbol.asyncDispose]())

test('each call returns its result', async () => {
  const { value } = await lab.attempt(`const { qtsm } = sdk
    const extended = qtsm.extendPcr(16, Uint8Array.of(1))
    const { locked, value } = qtsm.describePcr(16)
    qtsm.lockPcr(16)
    qtsm.lockPcrs([17, 18])
    const { maxPcrs, lockedPcrs, digest } = qtsm.getDescribe()
    return [extended.join() === value.join(), locked, qtsm.describePcr(16).locked, maxPcrs, lockedPcrs, digest,
      qtsm.getRandom(256).length]`)
  const locked = Array.from({ length: 19 }, (_, at) => at)
  expect(value).toEqual([true, false, true, 32, locked, 'sha384', 256])
})

test.each([
  [
    'positional arguments, as in qtsm_get_attestation',
    'sdk.qtsm.getAttestation(Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3))',
  ],
  [
    'named arguments',
    'sdk.attest({ userData: Uint8Array.of(1), nonce: Uint8Array.of(2), publicKey: Uint8Array.of(3) })',
  ],
])('a document requested with %s contains all three fields', async (_, call) => {
  const document = Uint8Array.from(await lab.run<number[]>(`return ${call}`))
  const { rootCertificate: roots } = lab.parent
  const verdict = await verifyAttestation(document, { profile: 'qingtian', roots, nonce: Uint8Array.of(2) })
  expect(verdict.ok).toBe(true)
  expect(verdict.document).toMatchObject({ userData: Uint8Array.of(1), publicKey: Uint8Array.of(3) })
})

test.each([
  ['sdk.qtsm.describePcr(32)', 'invalid-index'],
  ['sdk.qtsm.extendPcr(0, Uint8Array.of(1))', 'read-only-index'],
  ['sdk.qtsm.getRandom(257)', 'input-too-large'],
  ['sdk.attest({ nonce: new Uint8Array(513) })', 'input-too-large'],
])('%s is refused with %s', async (code, error) => {
  expect((await lab.attempt(`return ${code}`)).error?.code).toBe(error)
})
