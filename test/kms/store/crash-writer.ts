/**
 * A process that changes a KMS's store continuously until it is killed. Each acknowledged change is one line of JSON on
 * standard output, written before the next change begins. It also decrypts for documents that other processes try too,
 * each with a nonce.
 */
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fromBase64, toBase64 } from '../../../src/base/base64.ts'
import { createKms } from '../../../src/kms/core/kms.ts'
import { persistentMasterKey } from '../../../src/kms/core/master-key.ts'
import { PostgresStore } from '../../../src/kms/store/postgres.ts'
import { SqliteStore } from '../../../src/kms/store/sqlite.ts'
import { type Fact, type Setup, WITHOUT_ALIAS } from './crash-facts.ts'

/** Milliseconds between two documents. */
const MOMENT = 20

const [folder = '', run = ''] = process.argv.slice(2)
const acknowledge = (fact: Fact) => writeSync(1, `${JSON.stringify(fact)}\n`)

const { postgres, roots, ciphertext, documents } = JSON.parse(
  readFileSync(join(folder, 'setup.json'), 'utf8'),
) as Setup
const store = postgres ? await PostgresStore.open(postgres) : new SqliteStore(join(folder, 'kms.sqlite'))
const attestation = { profile: 'qingtian', roots } as const
const kms = await createKms({ store, masterKey: await persistentMasterKey(folder), attestation })

/** Tries the document of this moment, several times at once: other processes try it now too. */
async function tryDocument(): Promise<void> {
  const document = Math.ceil(Date.now() / MOMENT) % documents.length
  while (Date.now() % MOMENT > 1);
  const attestationDocument = fromBase64(documents[document]!)
  const recipient = { attestationDocument, keyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const
  const ask = async () => {
    try {
      await kms.owner.decrypt({ ciphertextBlob: fromBase64(ciphertext), recipient })
      acknowledge({ kind: 'released', document })
    } catch (error) {
      // Another was first.
      if ((error as { code?: string }).code !== 'E_KMS_DOCUMENT') throw error
    }
  }
  await Promise.all(Array.from({ length: 3 }, ask))
}

for (let count = 0; ; count++) {
  await tryDocument()
  const description = `${run}/${count}`
  const aliasName = `alias/${run}-${count}`
  const { keyMetadata } = await kms.owner.createKey({ description, aliasName })
  const { keyId } = keyMetadata
  acknowledge({ kind: 'key', keyId, description })
  acknowledge({ kind: 'alias', alias: aliasName, keyId })
  await tryDocument()
  const plaintext = crypto.getRandomValues(new Uint8Array(32))
  for (let rotations = 0; rotations < 3; rotations++) {
    const { ciphertextBlob } = await kms.owner.encrypt({ keyId, plaintext, encryptionContext: { run } })
    acknowledge({
      kind: 'ciphertext',
      ciphertext: toBase64(ciphertextBlob),
      plaintext: toBase64(plaintext),
      context: run,
    })
    await kms.owner.rotateKeyOnDemand({ keyId })
    acknowledge({ kind: 'rotated', keyId, rotations: rotations + 1 })
  }
  const other = await kms.owner.createKey({ description: WITHOUT_ALIAS })
  await kms.owner.disableKey({ keyId: other.keyMetadata.keyId })
  acknowledge({ kind: 'disabled', keyId: other.keyMetadata.keyId })
}
