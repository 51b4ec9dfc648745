/** What the bench works on: the program, the image built of it, and how it is started. */
import { type Signal, signal } from '@preact/signals'
import type { ProfileName } from '../../src/base/profile.ts'
import { EXAMPLES, type ExampleName, type Talk } from '../examples/examples.ts'
import { imageOf } from '../examples/load.ts'
import { SHARE } from '../examples/usual.ts'
import { hostFailure, openHost } from '../host/open.ts'
import { type ChosenImage, readImage } from '../image/image.ts'

/** The chosen program: an example, whose source may have been changed, or a file. */
export type Program =
  | { readonly kind: 'example'; readonly name: ExampleName; readonly source: string | undefined }
  | { readonly kind: 'file'; readonly file: File }

/** The image of the program. */
export type Built =
  | { readonly state: 'reading' | 'building' }
  | { readonly state: 'ready'; readonly image: ChosenImage }
  | { readonly state: 'failed'; readonly error: unknown; readonly image?: ChosenImage }

export const program: Signal<Program> = signal<Program>({ kind: 'example', name: 'hello', source: undefined })
export const built: Signal<Built> = signal<Built>({ state: 'reading' })

/** Counts the changes of the program that were not made in the editor. */
export const revision: Signal<number> = signal(0)

/** How an enclave is started. */
export interface Options {
  readonly profile: Signal<ProfileName>
  readonly vcpus: Signal<number>
  readonly memoryMiB: Signal<number>
  /** 0 for any. */
  readonly cid: Signal<number>
  readonly debug: Signal<boolean>
  /** Whether the enclaves of the program are started again when it changes. */
  readonly restart: Signal<boolean>
}

export const options: Options = {
  profile: signal<ProfileName>(SHARE.profile),
  vcpus: signal<number>(SHARE.vcpus),
  memoryMiB: signal<number>(SHARE.memoryMiB),
  cid: signal(0),
  debug: signal(false),
  restart: signal(false),
}

/** How one talks with an enclave of an image: known by the names of the examples' images. */
export function talkOf(image: ChosenImage): Talk {
  const found = EXAMPLES.find(({ name }) => image.name === `${name}.eif`)
  return found?.talk ?? { kind: 'lines', line: 'Hello from the parent instance' }
}

/** A build whose result is not wanted any more. */
let newest = 0

/** Chooses an example as it is. */
export function chooseExample(name: ExampleName): Promise<void> {
  program.value = { kind: 'example', name, source: undefined }
  revision.value += 1
  const purpose = { profile: options.profile.value, memoryMiB: options.memoryMiB.value }
  return settle('reading', () => imageOf(name, purpose))
}

/** Chooses a file: an image, or WebAssembly of which one is made. */
export function chooseFile(file: File): Promise<void> {
  program.value = { kind: 'file', file }
  return settle('reading', async () => {
    if (!(await isWebAssembly(file))) return readImage(file.name, file)
    return readImage(`${file.name}.eif`, await openHost().images.wrap(file, file.name))
  })
}

const WEBASSEMBLY = [0, 0x61, 0x73, 0x6d]

async function isWebAssembly(file: Blob): Promise<boolean> {
  const begin = new Uint8Array(await file.slice(0, WEBASSEMBLY.length).arrayBuffer())
  return begin.length === WEBASSEMBLY.length && begin.every((byte, at) => byte === WEBASSEMBLY[at])
}

/** Shows the state of `work`, whose result counts only if nothing else was chosen meanwhile. */
export async function settle(state: 'reading' | 'building', work: () => Promise<ChosenImage>): Promise<void> {
  newest += 1
  const mine = newest
  built.value = { state }
  try {
    const image = await Promise.race([work(), hostFailure])
    if (mine !== newest) return
    const { problem } = image.description
    built.value = problem ? { state: 'failed', error: problem, image } : { state: 'ready', image }
  } catch (error) {
    if (mine === newest) built.value = { state: 'failed', error }
  }
}
