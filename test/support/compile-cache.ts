/**
 * Node's cache of compiled code for one run of the tests: hundreds of processes load the same modules. It is a new
 * folder each time, because tests also load modules from temporary folders, whose code nobody needs again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VARIABLE = 'NODE_COMPILE_CACHE'

/** Called by Vitest before all tests, once for each project; returns what to do after them. */
export default function compileOnce(): (() => void) | undefined {
  if (process.env[VARIABLE] !== undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'webclave-compiled-'))
  process.env[VARIABLE] = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
