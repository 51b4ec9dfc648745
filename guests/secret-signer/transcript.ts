/**
 * Demonstrates the secret signer from its source to a signature: `node guests/secret-signer/transcript.ts` after `npm
 * run build`. The parent instance, the KMS and the verifier of the signature, which are separate in a cloud, run in one
 * process here.
 */
import { createPublicKey, hash, verify } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createParent } from 'webclave'
import { verifyAttestation } from 'webclave/attestation'
import { ServiceClient } from 'webclave/client'
import { buildImage, pcrHex } from 'webclave/image'
import { createKms, createKmsApp, serveKms } from 'webclave/kms'
import type { SecretSigner } from './index.ts'

const ROLE = 'arn:aws:iam::000000000000:role/enclave'
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

const short = (bytes: Uint8Array | string) =>
  `${(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('hex')).slice(0, 24)}…`
const say = (name: string, value: unknown = '') => console.log(`   ${name.padEnd(12)}${value}`)
const step = (text: string) => console.log(text)

step('1. A KMS that believes the documents of this parent instance')
await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
await using kms = await createKms({ attestation: { profile: 'qingtian', roots: parent.rootCertificate } })
const { keyMetadata } = await kms.owner.createKey({ description: 'wraps the signer’s key' })
const identity = hash('sha256', kms.identity())
say('identity', short(identity))
say('key', keyMetadata.keyId)

step('2. The image: guests/secret-signer, the KMS’s identity pinned in its environment')
const { eif, pcrs } = await buildImage({
  app: { path: fileURLToPath(new URL('.', import.meta.url)) },
  env: { KMS_IDENTITY: identity, KMS_KEY: keyMetadata.keyId },
})
const pcr0 = pcrHex(pcrs, 0)
say('bytes', eif.length)
say('PCR0', short(pcr0))

step('3. The policy: that image may use the key, nobody else')
const policyFor = (PCR0: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'EnclaveOnly',
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: '*',
        Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': PCR0 } },
      },
    ],
  })
const appFor = (PCR0: string) =>
  createKmsApp(kms, {
    accessKeys: [{ ...credentials, principal: ROLE, policies: [policyFor(PCR0)] }],
    explain: 'full',
  })
say('condition', `kms:RecipientAttestation:ImageSha384 = ${short(pcr0)}`)

/** Starts the image, with a KMS at port 8000, and connects to its service. */
async function start() {
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
  return { enclave, client: new ServiceClient<SecretSigner>(await enclave.connect(5000)) }
}

step('4. Started; the key is made inside, and what is kept of it is sealed')
let serving = serveKms(parent, appFor(pcr0))
const first = await start()
const kept = await first.client.call.generate({ credentials })
say('public key', short(kept.publicKey.slice(27)))
say('wrapped', `${short(kept.wrapped)} (${kept.wrapped.length} bytes, by the KMS)`)
say('sealed', `${short(kept.sealed)} (${kept.sealed.length} bytes, under the data key)`)

step('5. Proved: a document over a nonce, with the key’s digest in it')
const nonce = crypto.getRandomValues(new Uint8Array(32))
const { document, publicKey } = await first.client.call.prove({ nonce })
const verdict = await verifyAttestation(Uint8Array.from(document), {
  profile: 'qingtian',
  roots: parent.rootCertificate,
  nonce,
  pcrs,
})
const isOurs = Buffer.from(verdict.document?.userData ?? []).equals(hash('sha256', publicKey, 'buffer'))
say('document', `${verdict.ok ? 'verifies' : 'DOES NOT VERIFY'}, ${verdict.checks.length} checks`)
say('user data', isOurs ? 'is the public key’s SHA-256' : 'IS ANOTHER')

const message = new TextEncoder().encode('pay 1 to Bob')
function check(signature: Uint8Array): string {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  return verify('sha256', message, key, signature) ? 'OpenSSL verifies it' : 'IT DOES NOT VERIFY'
}

step('6. Signed: “pay 1 to Bob”')
const signature = await first.client.call.sign({ message })
say('signature', `${short(signature)} ${check(signature)}`)

step('7. Stopped, and started again: the sealed key is restored')
await first.client.close()
await first.enclave.stop()
const second = await start()
await second.client.call.restore({ credentials, kept })
say('signature', check(await second.client.call.sign({ message })))
await second.client.close()
await second.enclave.stop()

step('8. The same under a policy for another image')
await serving.close()
serving = serveKms(parent, appFor('ab'.repeat(48)))
const third = await start()
const refusal = await third.client.call
  .restore({ credentials, kept })
  .then(() => 'NOT REFUSED')
  .catch(({ message }: Error) => message)
say('refused', refusal)
await third.client.close()
await serving.close()
