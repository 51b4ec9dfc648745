/** Takes a share of the pool for one enclave and gives it back, whatever other processes do at that moment. */
import { EnclaveError } from '../base/error.ts'
import type { ProfileName } from '../base/profile.ts'
import { assertCloudLimits } from '../parent/cloud-limits.ts'
import { Pool } from '../parent/pool.ts'
import { type EnclaveRecord, type InstanceState, isHeld, openLedger, removeFiles } from './enclave-record.ts'
import { type PoolSettings, poolSettings } from './pool-settings.ts'
import { isAlive, ownIdentity } from './process-identity.ts'

/** What is asked for. */
export interface ShareRequest {
  /** So many vCPUs, or these. */
  cpus: number | readonly number[]
  memoryMiB: number
  /** @default the lowest that is free */
  cid: number | undefined
  debug: boolean
  profile: ProfileName
  name: string
  /** A name that a person chose must be free; another one gets a number where it is not. */
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
 * Gives this process's share back, with the enclave's files; nothing happens where it has been given back. With `end`
 * the next command says that.
 * @throws {EnclaveError} E_STATE_...
 */
export function giveShare({ id, holder }: EnclaveRecord, end?: string): void {
  const ledger = openLedger()
  const isMine = (record: EnclaveRecord) => record.id === id && record.holder === holder && !record.gone
  // Once the record is gone, the files may be another's.
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
 * Clears up after keepers that are gone: their files go, then their records. Gives the records of those that were killed,
 * and of those that left word how their enclave ended.
 * @throws {EnclaveError} E_STATE_...
 */
export function clearUp(): EnclaveRecord[] {
  const ledger = openLedger()
  if (ledger.read().enclaves.every(({ holder }) => isAlive(holder))) return []
  const holder = ownIdentity()
  const found = new Map<number, EnclaveRecord>()
  // Whoever puts itself in the place of a dead holder clears up, and nobody else does.
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

/** What the pool gives for a request, as things stand. */
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
      what: 'another enclave has that name',
      got: name,
      hint: 'choose another',
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
    what: `vCPU ${missing} is not in the pool, or another enclave has it`,
    expected: `some of ${free.join(', ') || 'none: all are taken'}`,
    got: cpus.join(', '),
  })
}
