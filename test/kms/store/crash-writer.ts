/**
 * A process that changes a KMS's store continuously until it is killed. Each acknowledged change is one line of JSON on
 * standard output, written before the next change begins.
 */
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { toBase64 } from '../../../src/base/base64.ts'
import { createKms } from '../../../src/kms/core/kms.ts'
import { persistentMasterKey } from '../../../src/kms/core/master-key.ts'
import { SqliteStore } from '../../../src/kms/store/sqlite.ts'

/** An acknowledged change, which must persist. */
export type Fact =
  | { kind: 'key'; keyId: string; description: string }
  | { kind: 'ciphertext'; ciphertext: string; plaintext: string; context: string }
  | { kind: 'alias'; alias: string; keyId: string }
  | { kind: 'disabled'; keyId: string }
  | { kind: 'rotated'; keyId: string; rotations: number }

const [folder = '', run = ''] = process.argv.slice(2)
const acknowledge = (fact: Fact) => writeSync(1, `${JSON.stringify(fact)}\n`)

const store = new SqliteStore(join(folder, 'kms.sqlite'))
const kms = await createKms({ store, masterKey: await persistentMasterKey(folder) })

for (let count = 0; ; count++) {
  const description = `${run}/${count}`
  const aliasName = `alias/${run}-${count}`
  const { keyMetadata } = await kms.owner.createKey({ description, aliasName })
  const { keyId } = keyMetadata
  acknowledge({ kind: 'key', keyId, description })
  acknowledge({ kind: 'alias', alias: aliasName, keyId })
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
  const other = await kms.owner.createKey({ description })
  await kms.owner.disableKey({ keyId: other.keyMetadata.keyId })
  acknowledge({ kind: 'disabled', keyId: other.keyMetadata.keyId })
}
