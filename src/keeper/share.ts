/** Takes a share of the pool for one enclave and returns it, safe against concurrent processes. */
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import { assertCloudLimits } from '../parent/cloud-limits.ts'
import { Pool } from '../parent/pool.ts'
import { type EnclaveRecord, type InstanceState, isHeld, openLedger, removeFiles } from './enclave-record.ts'
import { type PoolSettings, poolSettings } from './pool-settings.ts'
import { isAlive, ownIdentity } from './process-identity.ts'

/** A request for a share of the pool. */
export interface ShareRequest {
  /** The number of vCPUs, or their IDs. */
  cpus: number | readonly number[]
  memoryMiB: number
  /** @default the lowest free CID */
  cid: number | undefined
  debug: boolean
  profile: ProfileName
  name: string
  /** Whether the user chose the name: it must then be free; otherwise a number is appended to a name in use. */
  isNameChosen: boolean
  imageBytes: number
}

/**
 * Takes a share for this process, which becomes its holder.
 * @throws {EnclaveError} E_ENV_..., E_STATE_..., E_CLOUD_..., E_POOL_..., E_CID_..., E_CPU_LIST.
 */
export function takeShare(request: ShareRequest): EnclaveRecord {
  const settings = poolSettings()
  const holder = ownIdentity()
  const ledger = openLedger()
  clearUp()
  let own: EnclaveRecord | undefined
  ledger.update((state) => {
    own = state.enclaves.find((record) => record.holder === holder && !record.gone)
    if (own) return undefined
    own = { ...place(request, state, settings), holder, gone: false }
    return { enclaves: [...state.enclaves, own] }
  })
  return own!
}

/**
 * Returns this process's share and removes the enclave's files; has no effect if it was already returned. With `end`,
 * the next command reports it.
 * @throws {EnclaveError} E_STATE_...
 */
export function giveShare({ id, holder }: EnclaveRecord, end?: string): void {
  const ledger = openLedger()
  const isMine = (record: EnclaveRecord) => record.id === id && record.holder === holder && !record.gone
  // Once the record is gone, the files may belong to another enclave.
  if (!ledger.read().enclaves.some(isMine)) return
  removeFiles(id)
  ledger.update((state) => {
    if (end === undefined) return without(state, isMine)
    if (!state.enclaves.some(isMine)) return undefined
    return {
      enclaves: state.enclaves.map((record) => (isMine(record) ? { ...record, gone: true, end } : record)),
    }
  })
}

/**
 * Cleans up after keepers that are gone: removes their files, then their records. Returns the records of those that
 * were killed, and of those that stored how their enclave ended.
 * @throws {EnclaveError} E_STATE_...
 */
export function clearUp(): EnclaveRecord[] {
  const ledger = openLedger()
  if (ledger.read().enclaves.every(({ holder }) => isAlive(holder))) return []
  const holder = ownIdentity()
  const found = new Map<number, EnclaveRecord>()
  // A process that replaces a dead holder in the record cleans up, and no other does.
  ledger.update(({ enclaves }) => {
    const left = enclaves.filter((record) => !isAlive(record.holder))
    for (const record of left) if (!record.gone || record.end !== undefined) found.set(record.id, record)
    if (left.length === 0) return undefined
    return {
      enclaves: enclaves.map(({ end, ...record }) =>
        isAlive(record.holder)
          ? { ...record, ...(end !== undefined && { end }) }
          : { ...record, holder, gone: true },
      ),
    }
  })
  const mine = (record: EnclaveRecord) => record.gone && record.holder === holder
  for (const record of ledger.read().enclaves) if (mine(record)) removeFiles(record.id)
  ledger.update((state) => without(state, mine))
  return [...found.values()]
}

function without(
  { enclaves }: InstanceState,
  isOut: (record: EnclaveRecord) => boolean,
): InstanceState | undefined {
  const rest = enclaves.filter((record) => !isOut(record))
  return rest.length === enclaves.length ? undefined : { enclaves: rest }
}

/** The share that the pool currently offers for a request. */
function place(
  { cpus, memoryMiB, cid, debug, profile, name, isNameChosen, imageBytes }: ShareRequest,
  { enclaves }: InstanceState,
  settings: PoolSettings,
): Omit<EnclaveRecord, 'holder' | 'gone'> {
  const held = enclaves.filter(isHeld)
  assertCloudLimits(profile, {
    imageBytes,
    memoryMiB,
    running: held.length,
    ...(settings.maxEnclaves !== undefined && { enclaves: settings.maxEnclaves }),
  })
  const pool = new Pool(settings.cpus.length, settings.memoryMiB)
  for (const record of held) pool.take({ ...record, vcpus: record.cpus.length })
  const share = pool.take({ vcpus: typeof cpus === 'number' ? cpus : cpus.length, memoryMiB, cid })
  const taken = new Set(held.flatMap((record) => record.cpus))
  const free = settings.cpus.filter((cpu) => !taken.has(cpu))
  const ids = new Set(enclaves.map(({ id }) => id))
  let id = 0
  while (ids.has(id)) id += 1
  return {
    id,
    cid: share.cid,
    cpus: typeof cpus === 'number' ? free.slice(0, cpus) : chosen(cpus, free),
    memoryMiB,
    debug,
    profile,
    name: freeName(name, isNameChosen, new Set(held.map((record) => record.name))),
  }
}

function freeName(name: string, isChosen: boolean, taken: ReadonlySet<string>): string {
  if (name === '' || !taken.has(name)) return name
  if (isChosen) {
    throw new EnclaveError('E_ENCLAVE_NAME', {
      what: 'another enclave has this name',
      got: name,
      hint: 'choose another name',
    })
  }
  let number = 1
  while (taken.has(`${name}_${number}`)) number += 1
  return `${name}_${number}`
}

function chosen(cpus: readonly number[], free: readonly number[]): readonly number[] {
  const missing = cpus.find((cpu) => !free.includes(cpu))
  if (missing === undefined) return cpus
  throw new EnclaveError('E_CPU_LIST', {
    what: `vCPU ${missing} is not in the pool, or another enclave uses it`,
    expected: `free vCPUs: ${free.join(', ') || 'none, all are in use'}`,
    got: cpus.join(', '),
  })
}
