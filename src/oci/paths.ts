/** Paths that an image says: names in its archives, targets of its links, and files that its documents name. */
import type { OciLimits } from './limits.ts'
import { badTar, shown, tooMuch } from './refusal.ts'

/** The longest name of a file or folder that the systems on which an image is read can have. */
const MAX_PART = 255

/** The steps of a path that lead somewhere. */
export const stepsOf = (path: string): string[] =>
  path.split('/').filter((step) => step !== '' && step !== '.')

/** Whether a name is not one of a file below the image's root. */
export const leadsOut = (name: string): boolean =>
  name.startsWith('/') || name.includes('\0') || name.split('/').includes('..')

/** The parts of a name. @throws {EnclaveError} E_OCI_TAR for one that leads out of the archive, E_OCI_LIMIT. */
export function partsOf(name: string, item: string, { path, depth }: OciLimits): string[] {
  if (leadsOut(name))
    throw badTar(item, 'a name leads out of the image', 'a relative path without ".."', shown(name))
  if (Buffer.byteLength(name) > path) throw tooMuch(`${item}: a path is too long`, `${path} bytes`)
  const parts = stepsOf(name)
  if (parts.length > depth) throw tooMuch(`${item}: a path is too deep`, `${depth} folders`)
  if (parts.some((part) => Buffer.byteLength(part) > MAX_PART))
    throw tooMuch(`${item}: a name in a path is too long`, `${MAX_PART} bytes`)
  return parts
}

/** Where a link in `folder` leads; `..` in the root stays there. */
export function targetOf(folder: readonly string[], target: string): string[] {
  const parts = target.startsWith('/') ? [] : [...folder]
  for (const step of stepsOf(target)) {
    if (step === '..') parts.pop()
    else parts.push(step)
  }
  return parts
}
