/**
 * The tables of the store, in a schema of their own, and their versions. A new release appends to MIGRATIONS, and never
 * changes what is there: a database has executed it.
 */
import { KmsError } from '../../core/error.ts'
import type { Ask } from './connections.ts'

/** What makes each version of the one before; the first one begins with an empty schema. */
export const MIGRATIONS: readonly ((schema: string) => string)[] = [
  // Sealed bytes cannot be compressed. Names are ASCII, and are listed in the order of their bytes.
  (schema) => `
    CREATE TABLE ${schema}.records (name text COLLATE "C" PRIMARY KEY, sealed bytea NOT NULL);
    ALTER TABLE ${schema}.records ALTER COLUMN sealed SET STORAGE EXTERNAL`,
  // KmsStore.write in one round trip, so that no transaction is open while a client thinks. READ COMMITTED: each
  // UPDATE and DELETE waits for another transaction's change of its row and then compares again, and an INSERT waits
  // for another's of the same name.
  (schema) => `
    CREATE FUNCTION ${schema}.swap(names text[], olds bytea[], news bytea[]) RETURNS boolean LANGUAGE plpgsql AS $$
    DECLARE
      change record;
      has_changed boolean := false;
    BEGIN
      -- What is acknowledged is kept, whatever the default of the server, database or role is.
      IF current_setting('synchronous_commit') <> 'remote_apply' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
      END IF;
      -- In order, so that two writers never wait for each other.
      FOR change IN
        SELECT * FROM unnest(names, olds, news) AS one(name, old, new) ORDER BY one.name COLLATE "C"
      LOOP
        IF change.old IS NULL THEN
          INSERT INTO ${schema}.records VALUES (change.name, coalesce(change.new, '')) ON CONFLICT DO NOTHING;
        ELSIF change.new IS NULL THEN
          DELETE FROM ${schema}.records WHERE name = change.name AND sealed = change.old;
        ELSE
          UPDATE ${schema}.records SET sealed = change.new WHERE name = change.name AND sealed = change.old;
        END IF;
        IF NOT FOUND THEN
          IF NOT has_changed THEN RETURN false; END IF;
          -- Undoes the changes before this one.
          RAISE serialization_failure USING MESSAGE = 'a record has other bytes than expected';
        END IF;
        has_changed := true;
        -- That there is no record was expected, and is to stay so.
        IF change.old IS NULL AND change.new IS NULL THEN
          DELETE FROM ${schema}.records WHERE name = change.name;
        END IF;
      END LOOP;
      RETURN true;
    END $$`,
]

/**
 * Makes the tables, or brings them to this release's version. Processes that do so at the same moment wait for each
 * other.
 * @throws {KmsError} E_KMS_STORE for a newer version; what the database refuses.
 */
export async function migrate(ask: Ask, schema: string): Promise<void> {
  if ((await versionOf(ask, schema)) === MIGRATIONS.length) return
  // With a stricter isolation the versions could be read as they were before the lock.
  await ask({ text: 'BEGIN ISOLATION LEVEL READ COMMITTED' })
  await ask({
    text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`webclave kms ${schema}`],
  })
  const version = await versionOf(ask, schema)
  if (version === 0) {
    const [found] = await ask({ text: 'SELECT 1 FROM pg_namespace WHERE nspname = $1', values: [schema] })
    if (found === undefined) await ask({ text: `CREATE SCHEMA ${schema}` })
    await ask({ text: `CREATE TABLE ${schema}.version (version integer NOT NULL)` })
    await ask({ text: `INSERT INTO ${schema}.version VALUES (0)` })
  }
  for (const statements of MIGRATIONS.slice(version)) await ask({ text: statements(schema) })
  await ask({ text: `UPDATE ${schema}.version SET version = $1`, values: [MIGRATIONS.length] })
  await ask({ text: 'COMMIT' })
}

/** The version of the tables; 0 if there are none. @throws {KmsError} E_KMS_STORE if this release does not know it. */
async function versionOf(ask: Ask, schema: string): Promise<number> {
  // Not to_regclass: after a lock was waited for, it may still answer from before, from a cache.
  const text = "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'version'"
  if ((await ask({ text, values: [schema] })).length === 0) return 0
  const [row] = await ask({ text: `SELECT max(version) AS version FROM ${schema}.version` })
  const version = row?.['version']
  if (typeof version === 'number' && version >= 1 && version <= MIGRATIONS.length) return version
  throw new KmsError('E_KMS_STORE', {
    what: `the tables in the schema ${schema} have a version that this release of webclave does not know`,
    expected: `at most ${MIGRATIONS.length}`,
    got: String(version),
    hint: 'a newer release has migrated them: use that release, or restore a backup from before',
  })
}
