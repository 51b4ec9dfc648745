/** The ledger's record of one enclave, and the paths of its files. */

import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PcrTexts } from '../base/pcrs.ts'
import type { ProfileName } from '../base/profile.ts'
import { VSOCK_SOCKET } from '../platform/runtime-folder.ts'
import { directories, stateFailure } from './directories.ts'
import { Ledger } from './ledger.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

/** An enclave with a share of the pool. */
export interface EnclaveRecord {
  id: number
  cid: number
  cpus: readonly number[]
  memoryMiB: number
  debug: boolean
  profile: ProfileName
  name: string
  /**
   * The process that may change this record and the enclave's files: its keeper, or the one that cleans up after it.
   */
  holder: ProcessIdentity
  /** The keeper is gone and its share is free; the ID is free once the files are removed. */
  gone: boolean
  /** How the enclave ended, if the user should be told. */
  end?: string
}

/** The state that all processes of one parent instance share. */
export interface InstanceState {
  enclaves: readonly EnclaveRecord[]
}

/** The description of a running enclave, written by its keeper into its directory. */
export interface EnclaveDetails {
  /** The module ID in its attestation documents. */
  moduleId: string
  pcrs: PcrTexts
  /** The destinations that the measured manifest of its image lists. */
  destinations: readonly string[]
  /** Metadata and PCRs of its image, only for Nitro, whose commands show them. */
  image: ImageSummary | undefined
}

/** A summary of an image. */
export interface ImageSummary {
  pcrs: PcrTexts
  isSigned: boolean
  metadata: Readonly<Record<string, unknown>>
}

/** The status of an enclave. */
export interface EnclaveStatus extends EnclaveRecord {
  /** Present once the enclave runs. */
  details: EnclaveDetails | undefined
}

/** The ledger of this user's parent instance. */
export function openLedger(): Ledger<InstanceState> {
  return new Ledger<InstanceState>(directories().runtime, 'enclaves', { enclaves: [] })
}

/** The directory of an enclave's sockets and description. */
export function enclaveDirectory(id: number): string {
  return join(directories().runtime, String(id))
}

/** The files in that directory. */
export const FILES: Readonly<Record<'details' | 'control' | 'vsock', string>> = {
  details: 'enclave.json',
  control: 'control.sock',
  vsock: VSOCK_SOCKET,
}

/** Whether the enclave of a record is running or starting. */
export function isHeld({ gone, holder }: EnclaveRecord): boolean {
  return !gone && isAlive(holder)
}

/** The running and starting enclaves, by ID. */
export function runningEnclaves(records: readonly EnclaveRecord[]): EnclaveStatus[] {
  return records
    .filter(isHeld)
    .map((record) => ({ ...record, details: readDetails(record.id) }))
    .sort((left, right) => left.id - right.id)
}

/** Removes an enclave's files. Only the holder of its record may call this. @throws {EnclaveError} E_STATE_FILE */
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
    // The enclave is still starting, or has just ended.
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw stateFailure(`the description of enclave ${id} cannot be read`, error)
  }
}
