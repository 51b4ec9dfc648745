/** Reads an application from a path, and bundles TypeScript. Node only. */

import { readFile } from 'node:fs/promises'
import type { ApplicationInput } from './application.ts'

/** The application at `path`. */
export async function loadPath(path: string): Promise<Exclude<ApplicationInput, { path: string }>> {
  const bytes = new Uint8Array(await readFile(path))
  return path.endsWith('.wasm') ? { component: bytes } : { source: new TextDecoder().decode(bytes) }
}
