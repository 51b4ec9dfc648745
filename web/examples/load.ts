/** Loads programs for the page, and makes their images. */
import type { Purpose } from '../host/enclave-host.ts'
import { openHost } from '../host/open.ts'
import { type ChosenImage, newKey, readImage } from '../image/image.ts'
import type { BuiltProgram, ProgramName } from './programs.ts'

const loaded = new Map<ProgramName, Promise<BuiltProgram>>()

/** A program, loaded once. @throws {Error} if it cannot be loaded; the next call tries again */
export function loadProgram(name: ProgramName): Promise<BuiltProgram> {
  const known = loaded.get(name)
  if (known) return known
  const program = load(name)
  loaded.set(name, program)
  program.catch(() => loaded.delete(name))
  return program
}

async function load(name: ProgramName): Promise<BuiltProgram> {
  const response = await fetch(new URL(`examples/${name}.json`, document.baseURI))
  if (response.ok) return response.json()
  throw new Error(`the program ${name} could not be loaded: HTTP status ${response.status}`)
}

/**
 * The image of a program as it is. It is prepared for its next start, if that is known.
 * @throws what loading, building and reading an image throw
 */
export async function imageOf(name: ProgramName, purpose?: Purpose): Promise<ChosenImage> {
  const key = newKey()
  const { source } = await loadProgram(name)
  return readImage(`${name}.eif`, await openHost().images.build(source, name, key, purpose), key)
}
