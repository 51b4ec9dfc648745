/**
 * What is left of enclaves that have ended: why they ended and, in debug mode, the end of their console. A short program
 * has ended before the next command can ask for it. Only the newest are kept, and for a limited time.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { assertPrivate, directories, makePrivate } from './directories.ts'
import type { EnclaveDetails, EnclaveRecord } from './enclave-record.ts'
import { keepNewest, writeWhole } from './private-file.ts'

/** The number of ended enclaves that are kept, of about 64 KiB each. */
const MAX_KEPT = 16
/** Milliseconds for which they are kept. */
const MAX_AGE = 3_600_000

/** An enclave that has ended. */
export interface EndedEnclave {
  record: EnclaveRecord
  details: EnclaveDetails
  /** Why it ended. */
  end: string
  /** 0 if its program finished or it was stopped; otherwise the status of its program, or 1. */
  status: number
  /** When it ended, in ISO 8601. */
  at: string
  /** The end of what it printed; only in debug mode. */
  console: string | undefined
}

const folder = () => join(directories().runtime, 'ended')

/** Keeps an enclave that has ended. @throws {EnclaveError} E_STATE_... */
export function keepEnded(ended: EndedEnclave): void {
  makePrivate(folder())
  // The name sorts by time.
  const name = `${String(Date.parse(ended.at)).padStart(15, '0')}-${randomUUID()}.json`
  writeWhole(join(folder(), name), JSON.stringify(ended), false)
  keepNewest(folder(), MAX_KEPT)
}

/** The enclaves that have ended recently, the latest first. @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE */
export function endedEnclaves(): EndedEnclave[] {
  return currentFiles().flatMap((path) => {
    try {
      return [JSON.parse(readFileSync(path, 'utf8')) as EndedEnclave]
    } catch {
      // Another process has just removed it.
      return []
    }
  })
}

/** Removes what is too old. @throws {EnclaveError} E_STATE_OWNER, E_STATE_MODE */
export function forgetEnded(): void {
  currentFiles()
}

/** The files that are not too old, the newest first; the others are removed. */
function currentFiles(): string[] {
  if (!assertPrivate(folder())) return []
  const oldest = Date.now() - MAX_AGE
  return readdirSync(folder())
    .filter((name) => name.endsWith('.json'))
    .sort()
    .reverse()
    .map((name) => join(folder(), name))
    .filter((path) => {
      const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? {}
      if (mtimeMs !== undefined && mtimeMs < oldest) {
        try {
          rmSync(path, { force: true })
        } catch {
          // In a read-only file system it stays.
        }
      }
      return mtimeMs !== undefined && mtimeMs >= oldest
    })
}
