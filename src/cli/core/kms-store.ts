/** The store that `kms.json` names: SQLite in the folder of its state, or PostgreSQL. */
import { join } from 'node:path'
import type { KmsStore } from '../../kms/index.ts'
import { SqliteStore } from '../../kms/store/sqlite.ts'
import { badConfig, type KmsConfig } from './kms-config-shape.ts'

/** Opens the configured store. @throws {EnclaveError} E_KMS_CONFIG, E_KMS_STORE; neither shows the URL. */
export async function openStore({ store }: KmsConfig, folder: string): Promise<KmsStore> {
  if (store === undefined) return new SqliteStore(join(folder, 'kms.sqlite'))
  const { postgres, variable, timeout, ...options } = store
  if ((postgres === undefined) === (variable === undefined)) {
    const got = postgres === undefined ? 'neither' : 'both'
    throw badConfig('store does not say which database', 'one of postgres and variable', got)
  }
  const connection = (postgres ?? process.env[variable!])?.trim()
  if (!connection) {
    const place =
      variable === undefined ? 'postgres of store' : `the environment variable ${variable} of store`
    throw badConfig(`${place} is empty`, 'postgres://USER:PASSWORD@HOST/DATABASE', 'nothing')
  }
  // Loaded on demand, because few need it.
  const { PostgresStore } = await import('../../kms/store/postgres.ts')
  return PostgresStore.open({
    ...options,
    connection,
    ...(timeout !== undefined && { timeout: timeout * 1000 }),
  })
}
