/** The program of the security module's thread (`security-thread.ts`). */
import { type MessagePort, workerData } from 'node:worker_threads'
import { createAttestationAuthority } from '../attestation/issue/authority.ts'
import { PcrBank } from '../qtsm/pcr-bank.ts'
import { SecurityModule } from '../qtsm/security-module.ts'
import type { SecurityAnswer, SecurityMessage } from './security-thread.ts'
import { seededRandom } from './seeded.ts'

const MODULE_ID = 'i-test.enc-0000000000000000'

const { port, isAnswered } = workerData as { port: MessagePort; isAnswered: Int32Array }
const authority = createAttestationAuthority({ instanceId: 'i-test' })
let security: SecurityModule | undefined

async function answer(message: SecurityMessage): Promise<unknown> {
  if (message === 'root') return (await authority).rootPem
  if (message instanceof Uint8Array) return security!.answer(message)
  const { profile, pcrs, seed } = message
  security = new SecurityModule({
    profile,
    moduleId: MODULE_ID,
    pcrs: new PcrBank(pcrs),
    random: seed === undefined ? undefined : seededRandom(seed, 'test enclave'),
    attest: async (request) => (await authority).attest({ ...request, profile, moduleId: MODULE_ID }),
  })
  return undefined
}

port.on('message', async (message: SecurityMessage) => {
  // The asking thread is blocked until there is an answer.
  const response: SecurityAnswer = await answer(message).then(
    (answered) => ({ answer: answered }),
    (error: unknown) => ({ error }),
  )
  port.postMessage(response)
  Atomics.store(isAnswered, 0, 1)
  Atomics.notify(isAnswered, 0)
})
