/** What later commands do with a running enclave: stop it, read its console. */
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { EnclaveError } from '../base/error.ts'
import { ask } from './control.ts'
import { type EnclaveStatus, enclaveDirectory, FILES } from './enclave-record.ts'
import { isAlive, killProcess, type ProcessIdentity } from './process-identity.ts'
import { clearUp } from './share.ts'

/** Milliseconds to wait for a keeper's answer. */
const PATIENCE = 5000
/** Milliseconds between checks whether a killed process is gone. */
const LOOK = 5

/**
 * Stops an enclave, and resolves with how it ended once nothing of it is left. A keeper that does not answer is killed,
 * and its enclave with it.
 * @throws {EnclaveError} E_STATE_...
 */
export async function stopEnclave({ id, holder, details }: EnclaveStatus): Promise<string> {
  let end = 'killed: its keeper did not answer'
  try {
    if (!details) end = 'killed: it was still starting'
    else {
      const answer = await ask(controlPath(id), { ask: 'stop' }, PATIENCE)
      answer.socket.destroy()
      end = answer.end ?? end
      await gone(holder, PATIENCE)
    }
  } catch (error) {
    if (!(error instanceof EnclaveError) || error.code !== 'E_KEEPER_GONE') throw error
  }
  killProcess(holder, 'SIGKILL')
  await gone(holder, Number.POSITIVE_INFINITY)
  try {
    clearUp()
  } catch (error) {
    // The enclave is stopped anyway; the next command that can write cleans up.
    if (!(error instanceof EnclaveError) || error.code !== 'E_STATE_FILE') throw error
  }
  return end
}

/**
 * An enclave's console: recent output, then new output, until the enclave ends or the caller closes the socket.
 * @throws {EnclaveError} E_CONSOLE_MODE, E_KEEPER_GONE.
 */
export async function openConsole({ id, debug }: EnclaveStatus): Promise<Socket> {
  if (debug) return (await ask(controlPath(id), { ask: 'console' }, PATIENCE)).socket
  throw new EnclaveError('E_CONSOLE_MODE', {
    what: 'the required enclave is not running in the debug mode',
    expected: 'an enclave that was started in debug mode',
    hint: 'start it with --debug-mode; PCR0 to PCR15 are then zero',
  })
}

function controlPath(id: number): string {
  return join(enclaveDirectory(id), FILES.control)
}

/** Waits until a process is gone, at most `patience` milliseconds. */
async function gone(holder: ProcessIdentity, patience: number): Promise<void> {
  const limit = performance.now() + patience
  while (isAlive(holder) && performance.now() < limit) await pause(LOOK)
}
