/** A KMS with one key, which only enclaves of one image may use. In a cloud it is the cloud's. */
import { hash } from 'node:crypto'
import type { Parent } from 'webclave'
import { createKms, createKmsApp, serveKms } from 'webclave/kms'

/** The host's own access key, which is not sufficient to decrypt anything. */
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

/** A caller with the access key may use the KMS's keys, but only in an enclave whose image has `pcr0`. */
const policyFor = (pcr0: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'EnclaveOnly',
      Effect: 'Allow',
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition: { StringEqualsIgnoreCase: { 'kms:RecipientAttestation:ImageSha384': pcr0 } },
    },
  ],
})

/** Makes a KMS that believes the documents of `parent`. */
export async function startKms(parent: Parent) {
  const kms = await createKms({ attestation: { profile: 'qingtian', roots: parent.rootCertificate } })
  const { keyMetadata } = await kms.owner.createKey({ description: 'the key of the tokens' })
  /** What an image must know of the KMS. It is measured, so that nobody can replace the KMS. */
  const env = { KMS_IDENTITY: hash('sha256', kms.identity()), KMS_KEY: keyMetadata.keyId }

  /** Serves the enclaves of the parent on port 8000, as the clouds' proxies do. */
  function serveFor(pcr0: string) {
    const policies = [JSON.stringify(policyFor(pcr0))]
    const principal = 'arn:aws:iam::000000000000:role/host'
    return serveKms(parent, createKmsApp(kms, { accessKeys: [{ ...credentials, principal, policies }] }))
  }

  return { kms, env, serveFor }
}
