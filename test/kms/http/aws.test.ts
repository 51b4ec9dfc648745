/** AWS's own client, unmodified, against the KMS on loopback. */
import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKmsApp } from '../../../src/kms/index.ts'
import { createLaboratory, enclavePolicy, fromUtf8, type Laboratory, pcr0, ROLE, utf8 } from '../support.ts'
import { ACCESS_KEY, awsClient, serveOnLoopback } from '../support-http.ts'

let lab: Laboratory
let server: Awaited<ReturnType<typeof serveOnLoopback>>
const encryptable = { Effect: 'Allow', Principal: { AWS: ROLE }, Action: 'kms:Encrypt', Resource: '*' }

beforeAll(async () => {
  lab = await createLaboratory()
  server = await serveOnLoopback(createKmsApp(lab.kms, { accessKeys: [{ ...ACCESS_KEY, principal: ROLE }] }))
})
afterAll(() => server.close())

test('Encrypt, and Decrypt with a Recipient', async () => {
  const client = awsClient(server.url)
  const { keyMetadata } = await lab.kms.owner.createKey({ policy: enclavePolicy(pcr0(1), encryptable) })
  const EncryptionContext = { purpose: 'test' }
  const { CiphertextBlob } = await client.send(
    new EncryptCommand({ KeyId: keyMetadata.arn, Plaintext: utf8('a secret'), EncryptionContext }),
  )
  const Recipient = {
    AttestationDocument: await lab.enclave.document(),
    KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
  } as const
  const answer = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, Recipient }))
  expect(answer.Plaintext).toBeUndefined()
  expect(fromUtf8(await lab.enclave.open(Uint8Array.from(answer.CiphertextForRecipient!)))).toBe('a secret')
  const denied = client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
  await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException' })
  client.destroy()
})
