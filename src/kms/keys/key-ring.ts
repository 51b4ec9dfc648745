/**
 * The keys and aliases of one KMS: looking them up by the names that callers use, and changing them. What time causes
 * happens here: a key whose waiting period is over is deleted, and one whose rotation is due is rotated, when
 * it is next read.
 */
import { KmsError } from '../core/error.ts'
import type { Draft, SealedStore } from '../core/sealed-store.ts'
import { createMaterial, type Material } from './material.ts'
import { aliasArn, keyArn, type Place } from './place.ts'
import { type AliasRecord, aliasName, type KeyRecord, type KeyVersion, keyName, newest } from './record.ts'

const DAY = 24 * 60 * 60 * 1000
const ALIAS_PREFIX = 'alias/'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** A limit on versions, which must all be kept to decrypt old ciphertexts. */
const VERSIONS_MAX = 100
const PAGE = 1000

/** Returns the changed key. */
export type KeyChange = (record: KeyRecord) => KeyRecord

/** The keys and aliases of one KMS; see the file comment. */
export class KeyRing {
  readonly #store: SealedStore
  readonly #now: () => number
  readonly place: Place

  constructor(store: SealedStore, place: Place, now: () => number) {
    this.#store = store
    this.#now = now
    this.place = place
  }

  /**
   * The key that `identifier` names: a key id, a key ARN, an alias (`alias/NAME`) or an alias ARN.
   * @throws {KmsError} E_KMS_NOT_FOUND
   */
  async find(identifier: string): Promise<KeyRecord> {
    const id = await this.#idOf(identifier)
    const record = id === undefined ? undefined : await this.#current(id)
    if (record !== undefined) return record
    throw new KmsError('E_KMS_NOT_FOUND', {
      what: `the key ${identifier} does not exist`,
      expected: 'a key id, a key ARN, an alias or an alias ARN of this KMS',
    })
  }

  /** Stores a new key and its alias (without `alias/`) atomically. @throws {KmsError} E_KMS_EXISTS */
  async add(record: KeyRecord, alias?: string): Promise<void> {
    const names = [keyName(record.id), ...(alias === undefined ? [] : [aliasName(alias)])]
    const { createdAt } = record
    const entry: AliasRecord = { target: record.id, createdAt, updatedAt: createdAt }
    await this.#store.update(names, (found) => {
      const taken = names.find((_, at) => found[at] !== undefined)
      if (taken !== undefined) throw new KmsError('E_KMS_EXISTS', { what: `${taken} already exists` })
      return {
        drafts: names.map((name, at) => ({ name, value: at === 0 ? record : entry })),
        result: undefined,
      }
    })
  }

  /** Changes an existing key. @throws {KmsError} E_KMS_NOT_FOUND, and what `change` throws. */
  async change(id: string, change: KeyChange): Promise<KeyRecord> {
    return this.#store.update([keyName(id)], ([found]) => {
      if (found === undefined) throw new KmsError('E_KMS_NOT_FOUND', { what: `the key ${id} does not exist` })
      const result = change(found as KeyRecord)
      return { drafts: [{ name: keyName(id), value: result }], result }
    })
  }

  /**
   * Adds a version with new key material, which encrypts from now on.
   * @throws {KmsError} E_KMS_LIMIT, E_KMS_NOT_FOUND
   */
  async rotate(id: string, cause: KeyVersion['cause']): Promise<KeyRecord> {
    const { spec } = await this.find(id)
    const material = await createMaterial(spec)
    return this.change(id, (record) => this.#rotated(record, cause, material))
  }

  /** Up to `limit` key IDs, in order, after `after`. */
  async ids(limit: number, after?: string): Promise<readonly string[]> {
    const found: string[] = []
    let last = after && keyName(after)
    while (found.length < limit) {
      const wanted = limit - found.length
      const names = await this.#store.names(keyName(''), wanted, last)
      const ids = names.map((name) => name.slice(keyName('').length))
      const records = await Promise.all(ids.map((id) => this.#current(id)))
      // Keys may have been deleted just now; others then fill the page.
      found.push(...records.flatMap((record) => (record ? [record.id] : [])))
      if (names.length < wanted) break
      last = names.at(-1)
    }
    return found
  }

  /** Up to `limit` aliases, in order, after `after`, without `alias/`. */
  async aliases(limit: number, after?: string): Promise<readonly (AliasRecord & { alias: string })[]> {
    const names = await this.#store.names(aliasName(''), limit, after && aliasName(after))
    const records = await Promise.all(names.map((name) => this.#store.read<AliasRecord>(name)))
    return records.flatMap((record, at) => {
      const alias = names[at]!.slice(aliasName('').length)
      return record ? [{ ...record, alias }] : []
    })
  }

  /** Sets `alias` (without `alias/`) to the key `target`, or deletes it if that is undefined. */
  async setAlias(alias: string, target: string | undefined, rule: 'new' | 'present'): Promise<void> {
    const name = aliasName(alias)
    await this.#store.update([name], ([found]) => {
      const before = found as AliasRecord | undefined
      if (rule === 'new' && before) throw this.#taken(alias)
      if (rule === 'present' && !before) {
        const arn = aliasArn(this.place, alias)
        throw new KmsError('E_KMS_NOT_FOUND', { what: `the alias ${arn} is not found` })
      }
      const updatedAt = this.#now()
      const value = target && { target, createdAt: before?.createdAt ?? updatedAt, updatedAt }
      return { drafts: [{ name, value: value || undefined }], result: undefined }
    })
  }

  /** Replaces all aliases of a key with `alias`, atomically. @throws {KmsError} E_KMS_EXISTS */
  async replaceAliases(id: string, alias: string): Promise<void> {
    const name = aliasName(alias)
    const own = (await this.#aliasesOf(id)).filter((one) => one !== name)
    await this.#store.update([name, ...own], ([taken, ...found]) => {
      if (taken !== undefined) throw this.#taken(alias)
      const now = this.#now()
      const value: AliasRecord = { target: id, createdAt: now, updatedAt: now }
      return { drafts: [{ name, value }, ...endOf(own, found, id)], result: undefined }
    })
  }

  #taken(alias: string): KmsError {
    const arn = aliasArn(this.place, alias)
    return new KmsError('E_KMS_EXISTS', { what: `an alias with the name ${arn} already exists` })
  }

  async #idOf(identifier: string): Promise<string | undefined> {
    const home = keyArn(this.place, '').slice(0, -'key/'.length)
    const local = identifier.startsWith(home) ? identifier.slice(home.length) : identifier
    if (local.startsWith(ALIAS_PREFIX)) {
      return (await this.#store.read<AliasRecord>(aliasName(local.slice(ALIAS_PREFIX.length))))?.target
    }
    const id = local !== identifier && local.startsWith('key/') ? local.slice('key/'.length) : local
    return UUID.test(id) ? id : undefined
  }

  /** The current state of the key; undefined if it does not exist (any more). */
  async #current(id: string): Promise<KeyRecord | undefined> {
    const record = await this.#store.read<KeyRecord>(keyName(id))
    const now = this.#now()
    if (record?.deletionAt !== undefined && record.deletionAt <= now) return this.#erase(record)
    const isDue = record?.state === 'Enabled' && record.rotation && record.rotation.nextAt <= now
    if (!isDue || record.versions.length >= VERSIONS_MAX) return record
    const material = await createMaterial(record.spec)
    // If another process has rotated it meanwhile, the rotation is no longer due.
    return this.change(id, (found) =>
      found.rotation && found.rotation.nextAt <= now ? this.#rotated(found, 'AUTOMATIC', material) : found,
    )
  }

  #rotated(record: KeyRecord, cause: KeyVersion['cause'], material: Material): KeyRecord {
    if (record.versions.length >= VERSIONS_MAX) {
      throw new KmsError('E_KMS_LIMIT', {
        what: `the key ${record.id} has too many versions`,
        expected: `at most ${VERSIONS_MAX}`,
      })
    }
    const createdAt = this.#now()
    const version = { number: newest(record).number + 1, createdAt, cause, ...material }
    const { rotation } = record
    return {
      ...record,
      versions: [...record.versions, version],
      ...(rotation && { rotation: { ...rotation, nextAt: createdAt + rotation.periodDays * DAY } }),
    }
  }

  /** The names of the records of all aliases of a key. */
  async #aliasesOf(id: string): Promise<readonly string[]> {
    const own: string[] = []
    for (
      let names = await this.#aliasNames();
      names.length > 0;
      names = await this.#aliasNames(names.at(-1))
    ) {
      const records = await Promise.all(names.map((name) => this.#store.read<AliasRecord>(name)))
      own.push(...names.filter((_, at) => records[at]?.target === id))
    }
    return own
  }

  #aliasNames(after?: string): Promise<readonly string[]> {
    return this.#store.names(aliasName(''), PAGE, after)
  }

  /** Deletes a key whose waiting period is over, and its aliases. */
  async #erase({ id }: KeyRecord): Promise<undefined> {
    const own = await this.#aliasesOf(id)
    await this.#store.update([keyName(id), ...own], ([found, ...aliases]) => {
      const { deletionAt } = (found ?? {}) as Partial<KeyRecord>
      const isOver = deletionAt !== undefined && deletionAt <= this.#now()
      const drafts: Draft[] = [{ name: keyName(id), value: undefined }, ...endOf(own, aliases, id)]
      return { drafts: isOver ? drafts : [], result: undefined }
    })
  }
}

/** Deletions of those aliases that still belong to the key. */
function endOf(names: readonly string[], found: readonly unknown[], id: string): readonly Draft[] {
  const own = names.filter((_, at) => (found[at] as AliasRecord | undefined)?.target === id)
  return own.map((name) => ({ name, value: undefined }))
}
