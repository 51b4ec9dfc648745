/**
 * Which component an image had when it was started last, so that the enclave's process can compile that while the image
 * is being read again. It is a guess: what was measured says which component runs.
 */
import { closeSync, openSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { basename, isAbsolute, join, relative } from 'node:path'
import type { ComponentFile } from '../hypervisor/process-host.ts'
import { assertPrivate, componentFolder, directories, makePrivate } from './directories.ts'
import { keepNewest } from './private-file.ts'

/** Links of a few bytes. */
const MAX_KEPT = 64

/** It is open until it is disposed of. */
export type ExpectedComponent = ComponentFile & Disposable

/** The component that the image at the path `eif` probably has. */
export function expectedComponent(eif: string, memoryMiB: number): ExpectedComponent | undefined {
  try {
    if (!assertPrivate(folder()) || !assertPrivate(componentFolder())) return undefined
    // Wherever the link leads: only what is kept among the components is one.
    const name = basename(readlinkSync(linkOf(eif, memoryMiB)))
    const descriptor = openSync(join(componentFolder(), name), 'r')
    return { name, descriptor, [Symbol.dispose]: () => closeSync(descriptor) }
  } catch {
    return undefined
  }
}

/** Tells the next start of the image that it had the component of that name. Where that cannot be kept it is only slower. */
export function expectComponent(eif: string, memoryMiB: number, name: string): void {
  const link = linkOf(eif, memoryMiB)
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

/** `bin/qt` looks for it too, by the path as it was given. */
function linkOf(eif: string, memoryMiB: number): string {
  const path = isAbsolute(eif) ? eif : `${process.cwd()}/${eif}`
  return join(folder(), `${path.replaceAll('/', '%')}-${memoryMiB}`)
}
