/** A guest that uses AWS's own client of KMS, unmodified, over its `fetch`: it asks for data keys and opens them. */
import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateRandomCommand,
  KMSClient,
} from '@aws-sdk/client-kms'
import { Recipient, serve } from 'webclave/sdk'

interface Where {
  endpoint: string
  credentials: { accessKeyId: string; secretAccessKey: string }
  keyId: string
}

const recipient = new Recipient()
const clientOf = ({ endpoint, credentials }: Where) =>
  new KMSClient({ endpoint, region: 'local-1', credentials: { ...credentials }, maxAttempts: 1 })
const asked = () => ({
  AttestationDocument: recipient.attest(),
  KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' as const,
})

export const handlers = {
  /** Whether a data key that was made for this enclave is what its ciphertext decrypts to. */
  async dataKey(where: Where): Promise<[same: boolean, hasPlaintext: boolean]> {
    const client = clientOf(where)
    const made = await client.send(
      new GenerateDataKeyCommand({ KeyId: where.keyId, KeySpec: 'AES_256', Recipient: asked() }),
    )
    const opened = await client.send(
      new DecryptCommand({ CiphertextBlob: made.CiphertextBlob!, Recipient: asked() }),
    )
    const [first, second] = [made, opened].map(({ CiphertextForRecipient }) =>
      recipient.open(CiphertextForRecipient! as Uint8Array<ArrayBuffer>),
    )
    return [first!.length === 32 && String(first) === String(second), made.Plaintext !== undefined]
  },
  async encrypt({ text, ...where }: Where & { text: string }): Promise<Uint8Array> {
    const Plaintext = new TextEncoder().encode(text)
    const { CiphertextBlob } = await clientOf(where).send(
      new EncryptCommand({ KeyId: where.keyId, Plaintext }),
    )
    return CiphertextBlob!
  },
  async random(where: Where): Promise<number> {
    const { CiphertextForRecipient } = await clientOf(where).send(
      new GenerateRandomCommand({ NumberOfBytes: 24, Recipient: asked() }),
    )
    return recipient.open(CiphertextForRecipient! as Uint8Array<ArrayBuffer>).length
  },
  /** The name of the KMS's error for credentials that are wrong. */
  async refused(where: Where): Promise<string> {
    const wrong = { ...where, credentials: { ...where.credentials, secretAccessKey: 'wrong' } }
    return clientOf(wrong)
      .send(new GenerateRandomCommand({ NumberOfBytes: 24 }))
      .then(
        () => 'answered',
        ({ name }) => name,
      )
  },
}

export default (): Promise<void> => serve(handlers)
