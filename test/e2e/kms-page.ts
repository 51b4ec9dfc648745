/** The KMS in a page: stored in the page's origin, with its HTTP application called directly, without a network. */

import { createAttestationAuthority } from '../../src/attestation/issue/authority.ts'
import { fromBase64, toBase64 } from '../../src/base/base64.ts'
import {
  createKms,
  createKmsApp,
  IndexedDbStore,
  type Kms,
  persistentMasterKey,
} from '../../src/kms/index.ts'
import { CONTRACT, type Finding } from '../kms/store/contract.ts'
import { openEnvelope } from '../support/open-envelope.ts'

const authority = await createAttestationAuthority({ instanceId: 'tab' })
const masterKey = await persistentMasterKey()
const store = await IndexedDbStore.open()
const attestation = { profile: 'qingtian', roots: authority.rootPem } as const
const kms = await createKms({ store, masterKey, attestation })
const app = createKmsApp(kms, {
  unsigned: {
    principal: 'arn:aws:iam::000000000000:root',
    policies: [{ Statement: [{ Effect: 'Allow', Action: '*' }] }],
  },
})

async function call(operation: string, input: object): Promise<Record<string, string>> {
  const headers = {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `TrentService.${operation}`,
  }
  const response = await app.request('/', { method: 'POST', headers, body: JSON.stringify(input) })
  return (await response.json()) as Record<string, string>
}

/** The functions that the test calls. */
export interface KmsPage {
  /** Whether the master key is extractable. */
  readonly extractable: boolean
  identity(): string
  /** Creates a key and returns `text` encrypted under it. */
  encrypt(text: string): Promise<string>
  /**
   * Decrypts for an enclave in this tab through the HTTP application, and opens the envelope as the enclave would.
   */
  decrypt(ciphertext: string): Promise<string>
  /**
   * Decrypts twice with the same document, at this KMS and at a second one with the same store, then there with a new
   * document.
   */
  replay(ciphertext: string): Promise<string[]>
  /** The cases of every store's contract. */
  readonly contracts: readonly string[]
  /** What one of them finds in two connections to a new database. */
  contract(name: string): Promise<readonly Finding[]>
  /** The content of the origin's database, as text. */
  raw(): Promise<string>
}

async function attest(nonce?: Uint8Array<ArrayBuffer>) {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['encrypt', 'decrypt'],
  )
  const document = await authority.attest({
    profile: 'qingtian',
    moduleId: 'i.enc-0',
    pcrs: new Map([[0, new Uint8Array(48).fill(1)]]),
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)),
    ...(nonce && { nonce }),
  })
  return { document, privateKey }
}

const page: KmsPage = {
  extractable: masterKey.extractable,

  identity: () => toBase64(kms.identity()),

  async encrypt(text: string): Promise<string> {
    const { keyMetadata } = await kms.owner.createKey({ aliasName: `alias/${crypto.randomUUID()}` })
    const plaintext = new TextEncoder().encode(text)
    return toBase64((await kms.owner.encrypt({ keyId: keyMetadata.keyId, plaintext })).ciphertextBlob)
  },

  async decrypt(CiphertextBlob: string): Promise<string> {
    const { document, privateKey } = await attest()
    const Recipient = {
      AttestationDocument: toBase64(document),
      KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
    }
    const {
      CiphertextForRecipient = '',
      Plaintext,
      message,
    } = await call('Decrypt', { CiphertextBlob, Recipient })
    if (Plaintext !== undefined || CiphertextForRecipient === '') throw new Error(`no envelope: ${message}`)
    return new TextDecoder().decode(await openEnvelope(fromBase64(CiphertextForRecipient), privateKey))
  },

  async replay(ciphertext: string): Promise<string[]> {
    const again = await IndexedDbStore.open()
    const other = await createKms({ store: again, masterKey, attestation })
    const { document } = await attest(await kms.nonce())
    const { document: fresh } = await attest(await kms.nonce())
    const ask = (one: Kms, attestationDocument: Uint8Array<ArrayBuffer>) => {
      const recipient = { attestationDocument, keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const
      return one.owner.decrypt({ ciphertextBlob: fromBase64(ciphertext), recipient }).then(
        () => 'served',
        ({ code }: { code: string }) => code,
      )
    }
    const outcomes = [await ask(kms, document), await ask(other, document), await ask(other, fresh)]
    await again.close()
    return outcomes
  },

  contracts: Object.keys(CONTRACT),

  async contract(name: string): Promise<readonly Finding[]> {
    const place = crypto.randomUUID()
    const both = [await IndexedDbStore.open(place), await IndexedDbStore.open(place)] as const
    const findings = await CONTRACT[name]!(async () => both)
    for (const one of both) await one.close()
    return findings
  },

  async raw(): Promise<string> {
    const names = await store.names('', 100)
    const all = await Promise.all(names.map((name) => store.get(name)))
    return all.map((bytes) => new TextDecoder().decode(bytes)).join()
  },
}

Object.assign(globalThis, { page })
