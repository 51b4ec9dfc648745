/** The security module, called by the hypervisor. */
import { createAttestationAuthority } from '../src/attestation/issue/authority.ts'
import { PcrBank } from '../src/qtsm/pcr-bank.ts'
import { encodeRequest } from '../src/qtsm/protocol.ts'
import { SecurityModule } from '../src/qtsm/security-module.ts'
import { type Benchmark, timed } from './harness.ts'

const MODULE_ID = 'bench.enc-0000000000000000'

export const qtsm: Benchmark = {
  room: 'qtsm',
  async measurements() {
    const authority = await createAttestationAuthority({ instanceId: 'bench' })
    await authority.prepare('qingtian', MODULE_ID)
    const module = new SecurityModule({
      profile: 'qingtian',
      moduleId: MODULE_ID,
      pcrs: new PcrBank(new Map()),
      attest: (request) => authority.attest({ ...request, profile: 'qingtian', moduleId: MODULE_ID }),
    })
    const request = encodeRequest({ call: 'Attestation', nonce: new Uint8Array(32) })
    const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }
    const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
    const message = new Uint8Array(4300)
    return {
      rows: [
        {
          name: 'get_attestation, against one WebCrypto P-384 signature',
          unit: 'ms',
          samples: 300,
          subject: () => timed(async () => module.answer(request)),
          baseline: () => timed(() => crypto.subtle.sign(algorithm, privateKey, message)),
          goal: { atMost: 1.2 },
        },
      ],
      tearDown: async () => {},
    }
  },
}
