/**
 * Refuses an application that would start and do nothing: it exports no `default`, which the engine calls, and neither
 * its entry nor anything that it imports does something when it is evaluated. What esbuild may leave out counts as
 * nothing: functions, classes, constants and calls that are marked as pure. A CommonJS module counts as something,
 * because what it does is not known before it runs.
 */
import type { BuildOptions, Plugin } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'
import { ENTRY } from './bundle-modules.ts'

type Run = (changes: BuildOptions) => Promise<{ code: string }>

/** @throws {EnclaveError} E_APP_EMPTY. `run` builds with the bundler's own modules. */
export async function assertRuns(entry: string, run: Run): Promise<void> {
  const { build } = await import('esbuild')
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    logLevel: 'silent',
    tsconfigRaw: {},
    plugins: [entryOnly],
  })
  const { exports } = Object.values(metafile.outputs)[0]!
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

/** Leaves out everything that the entry imports. */
const entryOnly: Plugin = {
  name: 'webclave-entry-only',
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, external: true, sideEffects: false },
    )
  },
}
