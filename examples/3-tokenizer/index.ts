/** Makes tokens, starts the enclave again with the same key, and shows that another image gets no key. */
import { join } from 'node:path'
import { createParent, pcrHex } from 'webclave'
import { buildImage } from 'webclave/image'
import type { handlers } from './guest/index.ts'
import { credentials, startKms } from './kms.ts'

const CARD = '4111 1111 1111 1111'

await using parent = await createParent({ vcpus: 1, memoryMiB: 64 })
const { kms, env, serveFor } = await startKms(parent)
const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, 'guest') }, env })
const pcr0 = pcrHex(pcrs, 0)
console.log('PCR0     ', pcr0)

/** The token of the card in a new enclave, and its key as the KMS encrypted it. */
async function tokenize(wrapped?: Uint8Array) {
  await using enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  await using client = await enclave.client<typeof handlers>()
  const kept = await client.call.open({ credentials, ...(wrapped && { wrapped }) })
  return { token: await client.call.tokenize({ card: CARD }), kept }
}

const serving = serveFor(pcr0)
const { token, kept } = await tokenize()
console.log('token    ', token)
console.log('restarted', (await tokenize(kept)).token)
await serving.close()

// The policy now names another image: the KMS releases the key to nobody here.
const other = serveFor('ab'.repeat(48))
console.log('refused  ', await tokenize(kept).catch((error: Error) => error.message))
await other.close()
await kms[Symbol.asyncDispose]()
