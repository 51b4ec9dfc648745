/** Lesson 4: prove it, by attestation. */
import { equalBytes, fromHex } from '../../../src/base/bytes.ts'
import { PROFILE } from '../../examples/usual.ts'
import { type ProveStep, prove as texts } from '../../i18n/lessons-prove.ts'
import { failedChecks } from '../failed-checks.ts'
import { newNonce } from '../lab.ts'
import type { Lesson } from '../lesson-kind.ts'

/** The bit that is changed in the chosen byte. */
const BIT = 0x01

export const prove: Lesson<ProveStep> = {
  texts,
  steps: [
    {
      name: 'start',
      minutes: 1,
      run: async (lab) => void (await lab.start(await lab.measure('hello'))),
      done: (lab) => lab.last('started', 'start') !== undefined,
    },
    {
      name: 'ask',
      minutes: 3,
      run: async (lab) => void (await lab.attest(lab.enclave('start'))),
      done: (lab) => lab.last('verdict', 'ask')?.attestation.verdict.ok === true,
    },
    {
      name: 'replay',
      minutes: 1,
      async run(lab) {
        const { document } = lab.attestation('ask')
        await lab.judge(document, newNonce(), { pcrs: { 0: lab.image('start').pcr0Of(PROFILE) } })
      },
      done: (lab) => failedChecks(lab, 'replay').join() === 'nonce',
    },
    {
      name: 'other',
      minutes: 1,
      async run(lab) {
        const other = await lab.measure('echo')
        const { document, nonce } = lab.attestation('ask')
        await lab.judge(document, fromHex(nonce), { pcrs: { 0: other.pcr0Of(PROFILE) } })
      },
      done: (lab) => failedChecks(lab, 'other').join() === 'PCR policy',
    },
    {
      name: 'root',
      minutes: 1,
      async run(lab) {
        const { rootCertificate } = await lab.host.enclaves.parent('nitro')
        const { document, nonce } = lab.attestation('ask')
        await lab.judge(document, fromHex(nonce), { roots: rootCertificate })
      },
      done: (lab) => failedChecks(lab, 'root').includes('root pinned'),
    },
    {
      name: 'flip',
      minutes: 2,
      field: { first: '1000', maxLength: 6 },
      async run(lab, given) {
        const { document, nonce } = lab.attestation('ask')
        const changed = document.slice()
        const offset = Math.min(Math.max(Number.parseInt(given, 10) || 0, 0), changed.length - 1)
        changed[offset]! ^= BIT
        lab.note('changedByte', offset)
        await lab.judge(changed, fromHex(nonce), { pcrs: { 0: lab.image('start').pcr0Of(PROFILE) } })
      },
      done: (lab) => {
        const flipped = lab.last('verdict', 'flip')?.attestation
        const asked = lab.last('verdict', 'ask')?.attestation
        return (
          flipped !== undefined &&
          asked !== undefined &&
          !flipped.verdict.ok &&
          !equalBytes(flipped.document, asked.document)
        )
      },
    },
  ],
}
