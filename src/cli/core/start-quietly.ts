/** Starts an enclave for another command, which needs the ID of the enclave but not its output. */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { EnclaveError } from '../../base/error.ts'
import { keeperWords } from './starting.ts'

/** Runs `qt enclave start` with `words`; resolves with the ID. @throws {EnclaveError} E_START_FAILED with its error. */
export async function startQuietly(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, keeperWords('qt', 'enclave start', words), {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  const [status, out, err] = await Promise.all([3, 4, 5].map((at) => text(child.stdio[at] as Readable)))
  child.unref()
  if (status === '0') return (JSON.parse(out!) as { EnclaveID: number }).EnclaveID
  throw new EnclaveError('E_START_FAILED', {
    what: `the enclave could not be started: ${err?.trim().split('\n')[0]}`,
  })
}
