/** A load of two KMSs with one store, while their database restarts, and what they acknowledge. */
import { toBase64 } from '../../../src/base/base64.ts'
import type { Bytes } from '../../../src/base/bytes.ts'
import type { Kms } from '../../../src/kms/index.ts'
import { ALGORITHM, type FakeEnclave, random } from '../support.ts'
import { type Fact, WITHOUT_ALIAS } from './crash-facts.ts'

/** Calls of two KMSs, made all the time, and what they have acknowledged. */
export class Load {
  readonly facts: Fact[] = []
  /** Calls that failed with E_KMS_STORE. */
  unknown = 0
  readonly #both: readonly [Kms, Kms]
  readonly #enclave: FakeEnclave
  #isStopped = false
  #documents = 0

  constructor(both: readonly [Kms, Kms], enclave: FakeEnclave) {
    this.#both = both
    this.#enclave = enclave
  }

  stop(): void {
    this.#isStopped = true
  }

  async run(): Promise<void> {
    const { keyMetadata } = await this.#both[0].owner.createKey({ description: WITHOUT_ALIAS })
    const { ciphertextBlob } = await this.#both[0].owner.encrypt({
      keyId: keyMetadata.keyId,
      plaintext: random(16),
    })
    const writers = [0, 1, 2, 3].map((at) => this.#write(this.#both[at % 2]!, `w${at}`))
    await Promise.all([...writers, this.#replay(ciphertextBlob), this.#replay(ciphertextBlob)])
  }

  async #write(kms: Kms, run: string): Promise<void> {
    for (let count = 0; !this.#isStopped; count++) {
      await this.#tolerate(async () => {
        const description = `${run}/${count}`
        const aliasName = `alias/${run}-${count}`
        const { keyId } = (await kms.owner.createKey({ description, aliasName })).keyMetadata
        this.facts.push({ kind: 'key', keyId, description }, { kind: 'alias', alias: aliasName, keyId })
        await kms.owner.rotateKeyOnDemand({ keyId })
        this.facts.push({ kind: 'rotated', keyId, rotations: 1 })
        const plaintext = random(16)
        const { ciphertextBlob } = await kms.owner.encrypt({
          keyId,
          plaintext,
          encryptionContext: { run },
        })
        const texts = { ciphertext: toBase64(ciphertextBlob), plaintext: toBase64(plaintext) }
        this.facts.push({ kind: 'ciphertext', ...texts, context: run })
      })
    }
  }

  /** Sends each document twice to each KMS. */
  async #replay(ciphertextBlob: Bytes): Promise<void> {
    while (!this.#isStopped) {
      await this.#tolerate(async () => {
        const attestationDocument = await this.#enclave.document({ nonce: await this.#both[0].nonce() })
        const document = this.#documents++
        const recipient = { attestationDocument, keyEncryptionAlgorithm: ALGORITHM }
        const ask = async (kms: Kms) => {
          await kms.owner.decrypt({ ciphertextBlob, recipient })
          this.facts.push({ kind: 'released', document })
        }
        await Promise.all([...this.#both, ...this.#both].map((kms) => this.#tolerate(() => ask(kms))))
      })
    }
  }

  async #tolerate(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'E_KMS_STORE') this.unknown += 1
      else if (code !== 'E_KMS_DOCUMENT') throw error
    }
  }
}
