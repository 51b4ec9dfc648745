/** The process for an enclave: the one that `bin/qt` started in advance, if it fits, or a new one. */
import { closeSync, fstatSync } from 'node:fs'
import type { EnclavePlace } from '../hypervisor/host.ts'
import { openPlace } from '../hypervisor/process-host.ts'
import { type ExpectedComponent, expectedComponent } from './expected-component.ts'
import { givenPlace } from './given-place.ts'

/**
 * The variable in which `bin/qt` passes the PID and memory (MiB) of the process, and the descriptors that it leaves
 * open.
 */
const VARIABLE = 'WEBCLAVE_PLACE'
const PIPES = { outgoing: 6, incoming: 7, lifeline: 8 }
const EXPECTED = 9

/** The process for the image at `eif` and `memoryMiB`; it already compiles the component of the image's last start. */
export async function placeFor(eif: string, memoryMiB: number): Promise<EnclavePlace> {
  using ahead = expectedComponent(eif, memoryMiB)
  const [pid, given] = (process.env[VARIABLE] ?? '').split(' ').map(Number)
  delete process.env[VARIABLE]
  if (!pid) return openPlace(memoryMiB, ahead)
  const place = givenPlace(pid, PIPES, isGiven(ahead) ? ahead?.name : undefined)
  closeSync(EXPECTED)
  if (given === memoryMiB) return place
  await place[Symbol.asyncDispose]()
  return openPlace(memoryMiB, ahead)
}

/** Whether this is the file that the other process was given. */
function isGiven(ahead: ExpectedComponent | undefined): boolean {
  if (!ahead) return false
  const [own, given] = [fstatSync(ahead.descriptor), fstatSync(EXPECTED)]
  return own.dev === given.dev && own.ino === given.ino
}
