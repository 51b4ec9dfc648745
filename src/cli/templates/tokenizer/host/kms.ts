/** A KMS in this process, with one key that only enclaves with a given PCR0 can use. */
import { hash } from 'node:crypto'
import type { Parent } from 'webclave'
import { createKms, createKmsApp, serveKms } from 'webclave/kms'

/** The host's own access key, which is not sufficient to decrypt anything. */
export const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }

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

export interface Kms {
  /** What the image must know of the KMS, as its environment. */
  readonly env: Record<string, string>
  /** Serves enclaves of `parent`. Only those whose image has `pcr0` may use the key. */
  allow(pcr0: string): void
  close(): Promise<void>
}

export async function startKms(parent: Parent): Promise<Kms> {
  const kms = await createKms({ attestation: { profile: 'qingtian', roots: parent.rootCertificate } })
  const { keyMetadata } = await kms.owner.createKey({ description: 'the key of the tokens' })
  const env = { KMS_IDENTITY: hash('sha256', kms.identity()), KMS_KEY: keyMetadata.keyId }
  let serving: { close(): Promise<void> } | undefined

  function allow(pcr0: string): void {
    const principal = 'arn:aws:iam::000000000000:role/host'
    const policies = [JSON.stringify(policyFor(pcr0))]
    serving = serveKms(parent, createKmsApp(kms, { accessKeys: [{ ...credentials, principal, policies }] }))
  }

  async function close(): Promise<void> {
    await serving?.close()
    await kms[Symbol.asyncDispose]()
  }

  return { env, allow, close }
}
