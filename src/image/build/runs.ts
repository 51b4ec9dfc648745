/**
 * Refuses an application that would start and do nothing: it exports no `default`, which the engine calls, and neither
 * its entry nor anything that it imports does something when it is evaluated. What esbuild may leave out counts as
 * nothing: functions, classes, constants and calls that are marked as pure. A CommonJS module counts as something,
 * because what it does is not known before it runs.
 */
import type { BuildOptions } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'
import { ENTRY } from './bundle-modules.ts'
import type { Run } from './bundle-options.ts'

/**
 * `run` builds with the bundler's own modules, `configuration` is the application's.
 * @throws {EnclaveError} E_APP_EMPTY.
 */
export async function assertRuns(entry: string, run: Run, configuration: BuildOptions): Promise<void> {
  const { build } = await import('esbuild')
  // Without what it imports: only the names of its exports are of interest.
  const { metafile } = await build({
    entryPoints: [entry],
    write: false,
    metafile: true,
    format: 'esm',
    logLevel: 'silent',
    ...configuration,
  })
  const { exports } = Object.values(metafile!.outputs)[0]!
  if (exports.includes('default')) return
  const { code } = await run({
    entryPoints: [],
    stdin: { contents: `import ${JSON.stringify(ENTRY)}` },
    format: 'esm',
  })
  if (code.replace(/^\/\/.*$|^"use strict";$/gm, '').trim() !== '') return
  throw new EnclaveError('E_APP_EMPTY', {
    what: 'the application runs nothing',
    expected: 'export default async function main() { … }, or statements that run when it is loaded',
    got: exports.length === 0 ? 'no exports' : `only the exports ${exports.join(', ')}`,
  })
}
