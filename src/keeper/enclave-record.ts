/** What the ledger says of one enclave, and where its files are. */

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PcrTexts } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { directories, stateFailure } from './directories.ts'
import { Ledger } from './ledger.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

/** An enclave that was given a share of the pool. */
export interface EnclaveRecord {
  id: number
  cid: number
  cpus: readonly number[]
  memoryMiB: number
  debug: boolean
  profile: ProfileName
  name: string
  /** The process that may change this record and the enclave's files: its keeper, or who clears up after that. */
  holder: ProcessIdentity
  /** The keeper is gone, its share is free; the id is, once the files are. */
  gone: boolean
  /** How it ended, where somebody should be told. */
  end?: string
}

/** Everything that the processes of one parent instance must agree on. */
export interface InstanceState {
  enclaves: readonly EnclaveRecord[]
}

/** What a running enclave's keeper tells of it, in its directory. */
export interface EnclaveDetails {
  /** The name in its attestation documents. */
  moduleId: string
  pcrs: PcrTexts
  /** What its image says and measures to, where the profile's commands show it: Nitro's. */
  image: ImageSummary | undefined
}

/** An image in short. */
export interface ImageSummary {
  pcrs: PcrTexts
  isSigned: boolean
  metadata: Readonly<Record<string, unknown>>
}

/** How far an enclave is. */
export interface EnclaveStatus extends EnclaveRecord {
  /** There once it runs. */
  details: EnclaveDetails | undefined
}

/** The ledger of this user's parent instance. */
export function openLedger(): Ledger<InstanceState> {
  return new Ledger<InstanceState>(directories().runtime, 'enclaves', { enclaves: [] })
}

/** The directory of an enclave's sockets and its description. */
export function enclaveDirectory(id: number): string {
  return join(directories().runtime, String(id))
}

/** The files there. */
export const FILES = { details: 'enclave.json', control: 'control.sock', vsock: 'vsock.sock' } as const

/** Whether a record's enclave runs or starts. */
export function isHeld({ gone, holder }: EnclaveRecord): boolean {
  return !gone && isAlive(holder)
}

/** The enclaves that run or start, oldest id first. */
export function runningEnclaves(records: readonly EnclaveRecord[]): EnclaveStatus[] {
  return records
    .filter(isHeld)
    .map((record) => ({ ...record, details: readDetails(record.id) }))
    .sort((left, right) => left.id - right.id)
}

/** Removes an enclave's files. Only for its record's holder. @throws {EnclaveError} E_STATE_FILE */
export function removeFiles(id: number): void {
  const path = enclaveDirectory(id)
  try {
    rmSync(path, { recursive: true, force: true })
  } catch (cause) {
    throw stateFailure(`the directory ${path} cannot be removed`, cause)
  }
}

function readDetails(id: number): EnclaveDetails | undefined {
  try {
    return JSON.parse(readFileSync(join(enclaveDirectory(id), FILES.details), 'utf8')) as EnclaveDetails
  } catch (error) {
    // It starts, or it has ended between two looks.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw stateFailure(`what is known of enclave ${id} cannot be read`, error)
  }
}
