/** The process that an enclave is to run in: the one that a shell began ahead, where it fits, or one that begins now. */
import { closeSync, fstatSync } from 'node:fs'
import type { EnclavePlace } from '../hypervisor/host.ts'
import { openPlace } from '../hypervisor/process-host.ts'
import { type ExpectedComponent, expectedComponent } from './expected-component.ts'
import { givenPlace } from './given-place.ts'

/** Where `bin/qt` says which process it began, and for how many MiB; and the descriptors that it leaves. */
const VARIABLE = 'WEBCLAVE_PLACE'
const PIPES = { outgoing: 6, incoming: 7, lifeline: 8 }
const EXPECTED = 9

/** The process for the image at `eif` and so much memory; it compiles what that image had last time. */
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

/** Whether the file that the other process was given is this one. */
function isGiven(ahead: ExpectedComponent | undefined): boolean {
  if (!ahead) return false
  const [own, given] = [fstatSync(ahead.descriptor), fstatSync(EXPECTED)]
  return own.dev === given.dev && own.ino === given.ino
}
