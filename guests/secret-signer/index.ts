/**
 * Signs with a private key that exists only in this enclave. The key is generated here, or imported as a ciphertext
 * that only the KMS and this image can decrypt. It is stored outside only encrypted under a data key of the KMS, whose
 * policy names the image's PCR0. No call returns the key.
 *
 * The image's environment, which is measured: KMS_IDENTITY (SHA-256 of the KMS's public key) and KMS_KEY (the key's ID
 * in the KMS).
 */
import {
  aesGcm,
  attest,
  type Credentials,
  createKmsClient,
  ecdsa,
  env,
  type KmsClient,
  serve,
  sha256,
} from 'webclave/sdk'

const CURVE = 'P-256'
/** The encryption context of this service: a ciphertext of another service is rejected. */
const CONTEXT = { service: 'secret-signer' }

/** What the parent stores for the next start. It can lose it, but neither read nor change it. */
export interface KeptKey {
  /** The data key, encrypted by the KMS. */
  wrapped: Uint8Array
  /** The signing key, encrypted under the data key. */
  sealed: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
}

/** Part of every call that uses the KMS: the parent's own access key, which is not sufficient to decrypt anything. */
interface Access {
  credentials: Credentials
}

let privateKey: Uint8Array | undefined

function kmsFor({ credentials }: Access): KmsClient {
  const { KMS_IDENTITY: identity = '' } = env()
  return createKmsClient({ identity, credentials })
}

const keyId = () => env()['KMS_KEY'] ?? ''

/** Encrypts `key` for the parent to store, and uses it from now on. */
async function adopt(kms: KmsClient, key: Uint8Array): Promise<KeptKey> {
  const publicKey = ecdsa.publicKey(CURVE, key)
  const { plaintext: dataKey, ciphertext: wrapped } = await kms.generateDataKey(keyId(), {
    encryptionContext: CONTEXT,
  })
  const sealed = aesGcm.seal(dataKey, key, publicKey)
  dataKey.fill(0)
  privateKey = key
  return { wrapped, sealed, publicKey }
}

function currentKey(): Uint8Array {
  if (privateKey) return privateKey
  throw Object.assign(new Error('there is no key: generate, import or restore one'), {
    code: 'E_SIGNER_EMPTY',
  })
}

const handlers = {
  /** Generates a key. */
  async generate(access: Access): Promise<KeptKey> {
    return adopt(kmsFor(access), ecdsa.generateKey(CURVE))
  },

  /** Imports a key of 32 bytes that its owner has encrypted in the KMS with the context of this service. */
  async import({ ciphertext, ...access }: Access & { ciphertext: Uint8Array }): Promise<KeptKey> {
    const kms = kmsFor(access)
    return adopt(kms, await kms.decrypt(ciphertext, { encryptionContext: CONTEXT, keyId: keyId() }))
  },

  /** Loads the key that an earlier run has stored. */
  async restore({ kept, ...access }: Access & { kept: KeptKey }): Promise<void> {
    const dataKey = await kmsFor(access).decryptDataKey(kept.wrapped, {
      encryptionContext: CONTEXT,
      keyId: keyId(),
    })
    privateKey = aesGcm.open(dataKey, kept.sealed, kept.publicKey)
    dataKey.fill(0)
  },

  /** An attestation document that contains `nonce`, and as user data the SHA-256 of the public key. */
  prove({ nonce }: { nonce: Uint8Array }): { document: Uint8Array; publicKey: Uint8Array } {
    const publicKey = ecdsa.publicKey(CURVE, currentKey())
    return { document: attest({ nonce, userData: sha256(publicKey) }), publicKey }
  },

  /** ECDSA with SHA-256 over `message`, DER. */
  sign({ message }: { message: Uint8Array }): Uint8Array {
    return ecdsa.sign(CURVE, currentKey(), message)
  },
}

export type SecretSigner = typeof handlers

export default (): Promise<void> => serve(handlers)
