/** The access log of `qproxy host`: a JSON line for each connection that has ended, without payload, in a file or printed. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { EnclaveError } from '../../base/error.ts'
import type { AccessEntry } from '../../proxy/egress.ts'
import type { LogLevel, QproxyConfig } from './qproxy-config.ts'

/** An open log. */
export interface QproxyLog extends Disposable {
  write(entry: AccessEntry): void
}

/**
 * Opens the log of a configuration, for appending. @throws {EnclaveError} E_FILE
 * @param print for lines of a log without a file.
 */
export function openLog(
  { logFile, logLevel }: Pick<QproxyConfig, 'logFile' | 'logLevel'>,
  print: (line: string) => void,
): QproxyLog {
  const file = logFile === undefined ? undefined : openForAppending(logFile)
  return {
    write(entry) {
      if (!isLogged(entry, logLevel)) return
      const line = JSON.stringify(entry)
      // Nothing is kept in memory for a slow disk.
      if (file === undefined) print(line)
      else writeSync(file, `${line}\n`)
    },
    [Symbol.dispose]() {
      if (file !== undefined) closeSync(file)
    },
  }
}

/** From `info` every connection; below only those that were refused or failed. */
function isLogged({ end }: AccessEntry, level: LogLevel): boolean {
  if (level === 'off') return false
  if (level === 'error' || level === 'warn') return end === 'refused' || end === 'failed'
  return true
}

function openForAppending(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return openSync(path, 'a', 0o600)
  } catch (cause) {
    throw new EnclaveError('E_FILE', {
      what: `the log ${path} cannot be opened`,
      got: (cause as Error).message,
      hint: 'change host_log_dir, or leave it out: then the log goes to standard error',
      cause,
    })
  }
}
