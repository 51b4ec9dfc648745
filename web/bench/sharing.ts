/** Between the bench and what is shared. */
import { type Signal, signal } from '@preact/signals'
import type { ExampleName } from '../examples/examples.ts'
import { readLink } from '../share/link.ts'
import { MAX_SOURCE, readShared, type Shared } from '../share/shared.ts'
import { chooseFresh, chooseSource } from './editing.ts'
import { chooseFile, options, program, settle } from './state.ts'

/** Bytes of the largest saved program: a character has at most four, and six in JSON if it is escaped. */
const MAX_FILE = 6 * MAX_SOURCE

/** Whether the program came with a link or a file. */
export const isFromOthers: Signal<boolean> = signal(false)

/** What would be shared now; undefined for a file, which can be passed on as it is. */
export function sharedNow(): Shared | undefined {
  const chosen = program.value
  if (chosen.kind !== 'example') return undefined
  const { profile, vcpus, memoryMiB, cid, debug } = options
  return {
    example: chosen.name,
    ...(chosen.source !== undefined && { source: chosen.source }),
    options: {
      profile: profile.value,
      vcpus: vcpus.value,
      memoryMiB: memoryMiB.value,
      cid: cid.value,
      debug: debug.value,
    },
  }
}

/** The data that was opened or copied last: going back to its address must not undo what was changed since. */
let lastData: string | undefined

/** Remembers the data of a link to what the bench shows now. */
export function rememberLink(data: string): void {
  lastData = data
}

/** Opens a link's data: builds the program and starts nothing. @throws {HostError} E_SHARED */
export async function openLink(data: string): Promise<void> {
  if (data === lastData) return
  const shared = await readLink(data)
  lastData = data
  await open(shared)
}

/** Chooses one of the page's own examples. */
export function openExample(name: ExampleName): Promise<void> {
  isFromOthers.value = false
  return chooseFresh(name)
}

/** Opens a file: an image, WebAssembly, or a program that was saved here. Errors are shown in its place. */
export async function openFile(file: File): Promise<void> {
  if (!file.name.endsWith('.json') || file.size > MAX_FILE) {
    isFromOthers.value = false
    return chooseFile(file)
  }
  try {
    await open(readShared(await file.text()))
  } catch (error) {
    program.value = { kind: 'file', file }
    await settle('reading', () => Promise.reject(error))
  }
}

async function open({ example, source, options: shared }: Shared): Promise<void> {
  isFromOthers.value = true
  // The program of somebody else must not replace running enclaves by itself.
  options.restart.value = false
  options.profile.value = shared.profile
  options.vcpus.value = shared.vcpus
  options.memoryMiB.value = shared.memoryMiB
  options.cid.value = shared.cid
  options.debug.value = shared.debug
  await (source === undefined ? chooseFresh(example) : chooseSource(example, source))
}
