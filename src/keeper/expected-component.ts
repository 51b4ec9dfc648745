/**
 * Remembers which component an image had at its last start, so that the enclave's process can compile it while the
 * image is still being read. This is a guess: the measured image decides which component runs.
 */
import { closeSync, openSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { basename, isAbsolute, join, relative } from 'node:path'
import type { ComponentFile } from '../hypervisor/process-host.ts'
import { assertPrivate, componentFolder, directories, makePrivate } from './directories.ts'
import { keepNewest } from './private-file.ts'

/** The number of remembered images, each a symbolic link. */
const MAX_KEPT = 64

/** An open component file; dispose of it to close it. */
export type ExpectedComponent = ComponentFile & Disposable

/** The component that the image at the path `eif` probably has. */
export function expectedComponent(eif: string, memoryMiB: number): ExpectedComponent | undefined {
  try {
    if (!assertPrivate(folder()) || !assertPrivate(componentFolder())) return undefined
    // Whatever the link's target: only a file in the component cache is accepted.
    const name = basename(readlinkSync(linkOf(eif, memoryMiB)))
    const descriptor = openSync(join(componentFolder(), name), 'r')
    return { name, descriptor, [Symbol.dispose]: () => closeSync(descriptor) }
  } catch {
    return undefined
  }
}

/** Remembers the component `name` for the next start of the image. Errors are ignored: that start is only slower. */
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

/** `bin/qt` computes the same path. */
function linkOf(eif: string, memoryMiB: number): string {
  const path = isAbsolute(eif) ? eif : `${process.cwd()}/${eif}`
  return join(folder(), `${path.replaceAll('/', '%')}-${memoryMiB}`)
}
