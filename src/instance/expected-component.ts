/**
 * Which component an image had when it was started last, so that the enclave's process can compile that while the image
 * is being read again. It is a guess: what was measured says which component runs.
 */
import { closeSync, openSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import type { ComponentFile } from '../hypervisor/process-host.ts'
import { assertPrivate, componentFolder, directories, makePrivate } from './directories.ts'
import type { ImageFile } from './image-file.ts'
import { keepNewest } from './private-file.ts'

/** Links of a few bytes. */
const MAX_KEPT = 64

/** The component that `image` probably has, open until it is disposed of. */
export function expectedComponent(
  image: ImageFile,
  memoryMiB: number,
): (ComponentFile & Disposable) | undefined {
  try {
    if (!assertPrivate(folder()) || !assertPrivate(componentFolder())) return undefined
    // Wherever the link leads: only what is kept among the components is one.
    const name = basename(readlinkSync(linkOf(image, memoryMiB)))
    const descriptor = openSync(join(componentFolder(), name), 'r')
    return { name, descriptor, [Symbol.dispose]: () => closeSync(descriptor) }
  } catch {
    return undefined
  }
}

/** Tells the next start of `image` that it had the component of that name. Where that cannot be kept it is only slower. */
export function expectComponent(image: ImageFile, memoryMiB: number, name: string): void {
  const link = linkOf(image, memoryMiB)
  const target = relative(folder(), join(componentFolder(), name))
  try {
    makePrivate(folder())
    if (targetOf(link) === target) return
    rmSync(link, { force: true })
    symlinkSync(target, link)
    keepNewest(folder(), MAX_KEPT)
  } catch {}
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}

const folder = () => join(directories().cache, 'images')

const linkOf = ({ identity }: ImageFile, memoryMiB: number) => join(folder(), `${identity}-${memoryMiB}`)
