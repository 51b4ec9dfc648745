/**
 * What happened to enclaves, one JSON object a line, in the state directory. A line has times, ids, counts and codes,
 * and never what an enclave was given, said or printed. Two older files are kept.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { directories, makePrivate } from './directories.ts'

/** Bytes after which a new file is begun. */
const MAX_LENGTH = 1 << 20
const KEPT = 2

/** What a line may say. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Where the log is. */
export function logFile(): string {
  return join(directories().state, 'enclaves.log')
}

/** Adds a line. An enclave goes on where its log cannot: on a full disk lines are lost. */
export function log(event: string, fields: LogFields = {}): void {
  const line = JSON.stringify({ time: new Date().toISOString(), pid: process.pid, event, ...fields })
  try {
    makePrivate(directories().state)
    rotate(logFile())
    appendFileSync(logFile(), `${line}\n`, { mode: 0o600 })
  } catch {
    // Said above.
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
