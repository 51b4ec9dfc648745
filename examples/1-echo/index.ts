/** Builds the image, starts it, calls its service, and verifies what it is. */
import { join } from 'node:path'
import { createParent, pcrHex } from 'webclave'
import { formatVerdict, verifyAttestation } from 'webclave/attestation'
import { buildImage } from 'webclave/image'
import type { handlers } from './guest/index.ts'

const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, 'guest') } })
console.log('PCR0    ', pcrHex(pcrs, 0))

await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
await using service = await enclave.client<typeof handlers>()
console.log('answer  ', await service.call.echo({ text: 'Hello from the host' }))

const nonce = crypto.getRandomValues(new Uint8Array(32))
const document = await service.call.prove({ nonce })
const verdict = await verifyAttestation(document, {
  profile: 'qingtian',
  roots: parent.rootCertificate,
  nonce,
  pcrs,
})
if (!verdict.ok) throw new Error(formatVerdict(verdict))
console.log('verified', verdict.checks.length, 'checks of', verdict.document.moduleId)
