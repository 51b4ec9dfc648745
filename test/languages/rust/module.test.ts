/** The security module from a program in Rust: QTSM's calls and numbers, NSM's requests and codes. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { verifyAttestation } from '../../../src/attestation/index.ts'
import { pcrHex } from '../../../src/base/pcrs.ts'
import { Probe, probePath } from './probe.ts'

/** PCR16 after one extension by `data`. */
const extended = createHash('sha384').update(new Uint8Array(48)).update('data').digest('hex')
const listed = (hex: string) => `[${hex.match(/../g)!.join(', ')}]`

describe.skipIf(probePath === undefined)('a program in Rust', () => {
  it('calls the QTSM, and gets its values and its numbers', async () => {
    await using probe = await Probe.start()
    const lines = await probe.run('qtsm')
    const locked = [...Array.from({ length: 16 }, (_, index) => index), 17, 18, 19]
    expect(lines).toEqual([
      expect.stringMatching(/^pcr: true \[[0-9a-f]{2}, [0-9a-f]{2}\]$/),
      'pcr: false [00, 00]',
      'pcr: 1 qtsm: InvalidIndex (1)',
      `extend: ${listed(extended)}`,
      'extend a locked one: 4 qtsm: ReadOnlyIndex (4)',
      'extend none: 1 qtsm: InvalidIndex (1)',
      'extend by much: 7 qtsm: InputTooLarge (7)',
      'extend by more: 7 qtsm: InputTooLarge (7)',
      'lock: done',
      'lock again: 4 qtsm: ReadOnlyIndex (4)',
      'lock none: 1 qtsm: InvalidIndex (1)',
      'lock two: done',
      'lock them again: 4 qtsm: ReadOnlyIndex (4)',
      // None was locked of a list in which one cannot be.
      'pcr: false [00, 00]',
      'lock too many: 7 qtsm: InputTooLarge (7)',
      'lock nothing: done',
      'random: 256 bytes',
      'no random: 3 qtsm: InvalidArgument (3)',
      'too much random: 7 qtsm: InputTooLarge (7)',
      'user data: 7 qtsm: InputTooLarge (7)',
      'public key: 7 qtsm: InputTooLarge (7)',
      `description: (1, 0, 3) 32 Sha384 [${locked.join(', ')}]`,
    ])
  })

  it("makes the NSM's requests, and gets its responses and codes", async () => {
    await using probe = await Probe.start('nitro')
    const locked = Array.from({ length: 18 }, (_, index) => index)
    expect(await probe.run('nsm')).toEqual([
      'pcr: true 48',
      'no pcr: Error(InvalidIndex)',
      `extend: ${listed(extended)}`,
      'extend a locked one: Error(ReadOnlyIndex)',
      'extend none: Error(InvalidIndex)',
      // The request has 27 bytes besides the data, and may have 4096.
      expect.stringMatching(/^extend by much: \[/),
      'extend by more: Error(InputTooLarge)',
      'lock: LockPCR',
      'lock again: Error(ReadOnlyIndex)',
      'lock none: Error(InvalidIndex)',
      'lock below 18: LockPCRs',
      'lock below 18 again: LockPCRs',
      'lock below 33: Error(InvalidIndex)',
      'lock below 0: LockPCRs',
      `description: 1 32 SHA384 {${locked.join(', ')}}`,
      'random: 256 bytes',
      'attestation: true',
    ])
  })

  it.each([
    ['nitro', { '0 1024 0': 'true', '513 0 0': 'true' }],
    ['qingtian', { '0 1024 0': 'Error(InputTooLarge)', '513 0 0': 'Error(InputTooLarge)' }],
  ] as const)('has the limits of the profile %s', async (profile, differing) => {
    await using probe = await Probe.start(profile)
    expect(await probe.outcomes('limits')).toEqual({
      '512 512 1024': 'true',
      '1025 0 0': 'Error(InputTooLarge)',
      '0 1025 0': 'Error(InputTooLarge)',
      '0 0 1025': 'Error(InputTooLarge)',
      'a mebibyte': 'Error(InputTooLarge)',
      ...differing,
    })
  })

  it('opens and closes descriptors, and is refused with others as by AWS’s library', async () => {
    await using probe = await Probe.start('nitro')
    expect(await probe.outcomes('descriptors')).toEqual({
      'all open': 'true',
      'one more': '-1',
      last: '256 bytes',
      closed: 'Error(InternalError)',
      none: 'Error(InternalError)',
      least: 'Error(InternalError)',
      most: 'Error(InternalError)',
      'too long, and none': 'Error(InputTooLarge)',
    })
  })

  it.each(['nitro', 'qingtian'] as const)('gets a document of %s that verifies', async (profile) => {
    await using probe = await Probe.start(profile)
    const read = async (...fields: string[]) => {
      const [hex] = await probe.run('attest', ...fields)
      const verdict = await verifyAttestation(new Uint8Array(Buffer.from(hex!, 'hex')), {
        profile,
        roots: probe.parent.rootCertificate,
        nonce: new TextEncoder().encode(fields[1]!),
        pcrs: { 0: pcrHex(probe.enclave.pcrs, 0) },
      })
      if (!verdict.ok) throw new Error(JSON.stringify(verdict.checks))
      const { userData, nonce, publicKey } = verdict.document
      return [userData, nonce, publicKey].map((bytes) => bytes && Buffer.from(bytes).toString())
    }
    expect(await read('data', 'nonce', 'key')).toEqual(['data', 'nonce', 'key'])
    expect(await read('-', 'another', '-')).toEqual([undefined, 'another', undefined])
  })
})
