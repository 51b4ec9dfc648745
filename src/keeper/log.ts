/**
 * A log of enclave events, one JSON object per line, in the state directory. A line has times, IDs, counts and codes,
 * and never the input or output of an enclave. Two older files are kept.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { directories, makePrivate } from './directories.ts'

/** The size in bytes at which a new file is started. */
const MAX_LENGTH = 1 << 20
const KEPT = 2

/** The fields of a line. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** The path of the log. */
export function logFile(): string {
  return join(directories().state, 'enclaves.log')
}

/** Adds a line. Errors do not stop an enclave: on a full disk, lines are lost. */
export function log(event: string, fields: LogFields = {}): void {
  const line = JSON.stringify({ time: new Date().toISOString(), pid: process.pid, event, ...fields })
  try {
    makePrivate(directories().state)
    rotate(logFile())
    appendFileSync(logFile(), `${line}\n`, { mode: 0o600 })
  } catch {
    // Lines may be lost, see above.
  }
}

function rotate(path: string): void {
  const { size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {}
  if (size < MAX_LENGTH) return
  for (let age = KEPT; age > 0; age--) {
    const from = age === 1 ? path : `${path}.${age - 1}`
    if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${path}.${age}`)
  }
}
