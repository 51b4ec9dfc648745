/** Makes `sample.json`: the document of an enclave, and what a verifier of it must know from other sources. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createParent, pcrHex } from 'webclave'
import { buildImage } from 'webclave/image'
import type { handlers } from './guest/index.ts'
import type { Sample } from './judge.ts'

const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, 'guest') } })
await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
await using service = await enclave.client<typeof handlers>()
const nonce = crypto.getRandomValues(new Uint8Array(32))
const sample: Sample = {
  document: Buffer.from(await service.call.prove({ nonce })).toString('base64'),
  nonce: Buffer.from(nonce).toString('hex'),
  pcr0: pcrHex(pcrs, 0),
  root: parent.rootCertificate,
}
await writeFile('sample.json', JSON.stringify(sample, null, 2))
console.log('sample.json')
