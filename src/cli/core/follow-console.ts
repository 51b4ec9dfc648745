/** Shows the console of an enclave in debug mode, while it runs and after its end, and says why it ended. */
import type { Socket } from 'node:net'
import { EnclaveError } from '../../base/error.ts'
import { openConsole } from '../../keeper/client.ts'
import type { EnclaveStatus } from '../../keeper/enclave-record.ts'
import { findEnclave, listEnclaves } from '../../keeper/enclaves.ts'
import { type EndedEnclave, endedEnclaves } from '../../keeper/ended-enclaves.ts'
import { printable, printNote, printText } from '../output/output.ts'
import { showStream } from '../output/show-stream.ts'

/**
 * Shows the console of the enclave for which `isWanted` holds, at most for `seconds`. Resolves with the exit status of
 * the command: not 0 if the program failed.
 * @throws {EnclaveError} E_ENCLAVE_UNKNOWN, whose message contains `what`; E_CONSOLE_MODE; E_STATE_...
 */
export async function followConsole(
  isWanted: (enclave: EnclaveStatus) => boolean,
  what: string,
  seconds?: number,
): Promise<number> {
  const running = listEnclaves().find(isWanted)
  const stream = running && (await openUnlessGone(running))
  if (stream) {
    let isLate = false
    const late = () => {
      isLate = true
      stream.destroy()
    }
    const timer = seconds === undefined ? undefined : setTimeout(late, seconds * 1000)
    const wasRead = await showStream(stream)
    clearTimeout(timer)
    return isLate || !wasRead ? 0 : reportEnd(endOf(({ record }) => record.holder === running.holder))
  }
  const ended = endOf((each) => isWanted({ ...each.record, details: each.details }))
  if (!ended) {
    findEnclave(isWanted, what)
    return reportEnd(undefined)
  }
  if (ended.console === undefined) {
    throw new EnclaveError('E_CONSOLE_MODE', {
      what: `the enclave has ended (${printable(ended.end)}) and was not in debug mode`,
      expected: 'an enclave that was started in debug mode',
      hint: 'start it with --debug-mode; PCR0 to PCR15 are then zero',
    })
  }
  printText(ended.console)
  return reportEnd(ended)
}

/** The console of a running enclave; undefined if it has just ended. */
export async function openUnlessGone(enclave: EnclaveStatus): Promise<Socket | undefined> {
  try {
    return await openConsole(enclave)
  } catch (error) {
    if (error instanceof EnclaveError && error.code === 'E_KEEPER_GONE') return undefined
    throw error
  }
}

/** The latest enclave that has ended and for which `isWanted` holds. */
export function endOf(isWanted: (ended: EndedEnclave) => boolean): EndedEnclave | undefined {
  return endedEnclaves().find(isWanted)
}

/** Says why an enclave ended; `undefined` if its keeper was killed. Returns the command's exit status. */
function reportEnd(ended: EndedEnclave | undefined): number {
  const { end, status } = ended ?? { end: 'its process was killed', status: 1 }
  printNote(`the enclave has ended: ${printable(end)}`)
  return status
}
