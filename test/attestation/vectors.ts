/** Public test vectors in a folder beside the repository. Tests that need them are skipped if it is absent. */
import { existsSync, readFileSync } from 'node:fs'
import type { Bytes } from '../../src/base/bytes.ts'

const FOLDER = new URL('../../../shared/vectors/', import.meta.url)

/** Whether the folder exists. A warning makes skipped tests visible. */
export const haveVectors: boolean = existsSync(FOLDER)
if (!haveVectors)
  console.warn('test/attestation: ../shared/vectors is absent, tests against real documents are skipped')

export function vector(path: string): Bytes {
  return Uint8Array.from(readFileSync(new URL(path, FOLDER)))
}

export function vectorJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, FOLDER), 'utf8')) as T
}
