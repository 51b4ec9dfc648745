/**
 * Signs with a key that exists only in here. It is made inside, or imported as a ciphertext that only the KMS and this
 * very image can open; what is kept outside is sealed under a data key of the KMS, whose policy names the image's PCR0.
 * There is no call that gives the key away.
 *
 * The image's environment, measured: KMS_IDENTITY (SHA-256 of the KMS's public key) and KMS_KEY (the key's name there).
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
/** What every ciphertext of ours is bound to: one of another service cannot take its place. */
const CONTEXT = { service: 'secret-signer' }

/** What the parent keeps for the next start. It can lose it, but neither read nor change it. */
export interface KeptKey {
  /** The data key, encrypted by the KMS. */
  wrapped: Uint8Array
  /** The signing key, encrypted under the data key. */
  sealed: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
}

/** With every call that asks the KMS: the parent's own access key, which alone opens nothing. */
interface Access {
  credentials: Credentials
}

let privateKey: Uint8Array | undefined

function kmsFor({ credentials }: Access): KmsClient {
  const { KMS_IDENTITY: identity = '' } = env()
  return createKmsClient({ identity, credentials })
}

const keyId = () => env()['KMS_KEY'] ?? ''

/** Seals `key` for the parent to keep, and takes it into use. */
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
  /** Makes a key. */
  async generate(access: Access): Promise<KeptKey> {
    return adopt(kmsFor(access), ecdsa.generateKey(CURVE))
  },

  /** Takes a key of 32 bytes that its owner has encrypted in the KMS, under our context. */
  async import({ ciphertext, ...access }: Access & { ciphertext: Uint8Array }): Promise<KeptKey> {
    const kms = kmsFor(access)
    return adopt(kms, await kms.decrypt(ciphertext, { encryptionContext: CONTEXT, keyId: keyId() }))
  },

  /** Takes the key of an earlier life into use. */
  async restore({ kept, ...access }: Access & { kept: KeptKey }): Promise<void> {
    const dataKey = await kmsFor(access).decryptDataKey(kept.wrapped, {
      encryptionContext: CONTEXT,
      keyId: keyId(),
    })
    privateKey = aesGcm.open(dataKey, kept.sealed, kept.publicKey)
    dataKey.fill(0)
  },

  /** An attestation document over `nonce`, with the SHA-256 of the public key as user data: whose signatures these are. */
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
