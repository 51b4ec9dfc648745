/**
 * A KMS in its own process, so that its plaintexts are not in the memory of the parent instance. This process knows all
 * the secrets: it receives bytes and reports which secrets they contain.
 */
import * as node from 'node:crypto'
import { serve } from '@hono/node-server'
import { createKms, createKmsApp, type Kms } from '../../src/kms/index.ts'

export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG' }
const ROLE = 'arn:aws:iam::000000000000:role/enclave'

type Context = Record<string, string>

let kms: Kms
let keyId: string
const needles = new Map<string, Buffer>()

/** Stores the secret `name` in every encoding in which it could appear in memory. */
function remember(name: string, secret: Uint8Array): void {
  const bytes = Buffer.from(secret)
  needles.set(`${name}, raw`, bytes)
  needles.set(`${name}, hex`, Buffer.from(bytes.toString('hex')))
  needles.set(`${name}, HEX`, Buffer.from(bytes.toString('hex').toUpperCase()))
  // Without the last characters, which depend on the bytes that follow.
  needles.set(`${name}, base64`, Buffer.from(bytes.toString('base64').slice(0, -4)))
  needles.set(`${name}, base64url`, Buffer.from(bytes.toString('base64url').slice(0, -4)))
}

const opened = async (ciphertextBlob: Uint8Array, encryptionContext: Context) =>
  (await kms.owner.decrypt({ ciphertextBlob: Uint8Array.from(ciphertextBlob), encryptionContext })).plaintext!

const METHODS = {
  /** Opens a KMS that trusts `roots`; returns its identity and the ID of its key. */
  async open({ roots }: { roots: string }): Promise<{ identity: string; keyId: string }> {
    kms = await createKms({ attestation: { profile: 'qingtian', roots } })
    keyId = (await kms.owner.createKey({})).keyMetadata.keyId
    return { identity: node.hash('sha256', kms.identity()), keyId }
  },

  /** Serves the KMS. Its only access key may be used by the image with `PCR0`. */
  async serve({ PCR0 }: { PCR0: string }): Promise<{ port: number }> {
    const policy = JSON.stringify({
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
    const accessKeys = [{ ...CREDENTIALS, principal: ROLE, policies: [policy] }]
    const app = createKmsApp(kms, { accessKeys, explain: 'full' })
    const port = await new Promise<number>((resolve) => {
      serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info) => resolve(info.port))
    })
    return { port }
  },

  /**
   * Creates a secret of an owner outside the enclave and encrypts it: 32 bytes that are also a valid private key on
   * P-256.
   */
  async encryptSecret({
    name,
    context,
  }: {
    name: string
    context: Context
  }): Promise<{ ciphertext: Uint8Array; point: Uint8Array }> {
    const pair = node.createECDH('prime256v1')
    pair.generateKeys()
    const plaintext = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32)
    remember(name, plaintext)
    const { ciphertextBlob } = await kms.owner.encrypt({
      keyId,
      plaintext: Uint8Array.from(plaintext),
      encryptionContext: context,
    })
    return { ciphertext: ciphertextBlob, point: Uint8Array.from(pair.getPublicKey()) }
  },

  /** Stores a data key, given its ciphertext, as a secret to search for. */
  async learnDataKey({
    name,
    wrapped,
    context,
  }: {
    name: string
    wrapped: Uint8Array
    context: Context
  }): Promise<void> {
    remember(name, await opened(wrapped, context))
  },

  /**
   * Stores what an enclave has sealed under a data key as a secret to search for. If it is a private key, returns the
   * point of its public key.
   */
  async learnSealed(kept: {
    name: string
    wrapped: Uint8Array
    context: Context
    sealed: Uint8Array
    associated: Uint8Array
  }): Promise<{ point: Uint8Array }> {
    const key = await opened(kept.wrapped, kept.context)
    remember(`data key of ${kept.name}`, key)
    const decipher = node.createDecipheriv('aes-256-gcm', key, kept.sealed.subarray(0, 12))
    decipher.setAAD(kept.associated)
    decipher.setAuthTag(kept.sealed.subarray(-16))
    const secret = Buffer.concat([decipher.update(kept.sealed.subarray(12, -16)), decipher.final()])
    remember(kept.name, secret)
    const pair = node.createECDH('prime256v1')
    pair.setPrivateKey(secret)
    return { point: Uint8Array.from(pair.getPublicKey()) }
  },

  /** Stores bytes that are not secret, to prove that the search finds what is there. */
  async learnControl({ name, bytes }: { name: string; bytes: Uint8Array }): Promise<void> {
    remember(name, bytes)
  },

  /** Decrypts what was sealed under the secret `name` (AES-256-GCM: nonce, ciphertext, tag). */
  async unseal({
    name,
    sealed,
    associated,
  }: {
    name: string
    sealed: Uint8Array
    associated: Uint8Array
  }): Promise<Uint8Array> {
    const key = needles.get(`${name}, raw`)!
    const decipher = node.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
    decipher.setAAD(associated)
    decipher.setAuthTag(sealed.subarray(-16))
    const text = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()])
    return Uint8Array.from(text)
  },

  /** The secrets, with their encodings, that `bytes` contain. */
  async search(bytes: Uint8Array): Promise<string[]> {
    const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return [...needles].filter(([, needle]) => haystack.includes(needle)).map(([name]) => name)
  },
}

export type Methods = typeof METHODS

interface Call {
  id: number
  method: keyof Methods
  argument: never
}

process.on('message', ({ id, method, argument }: Call) => {
  METHODS[method](argument).then(
    (value) => process.send!({ id, value }),
    (error: Error) => process.send!({ id, error: error.message }),
  )
})
process.on('disconnect', () => process.exit())
