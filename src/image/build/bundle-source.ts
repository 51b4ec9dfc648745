/**
 * Bundles an application that is given as text. Apart from `bundle.ts`, because only Node has a folder for it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BundleOptions, type LoadedPath, loadPath } from './bundle.ts'

/**
 * Bundles source that has `import` or `export`, as a file in an empty folder would be; undefined if it has neither: then
 * the engine evaluates it as it is.
 *
 * @throws {EnclaveError} those of `loadPath`.
 */
export async function loadSource(
  source: string,
  options: BundleOptions = {},
): Promise<LoadedPath | undefined> {
  if (!(await isModule(source))) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'webclave-source-'))
  try {
    await writeFile(join(folder, 'index.ts'), source)
    return await loadPath(folder, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Whether esbuild takes the source for a module; also if it has a fault, which the bundler then reports. */
async function isModule(source: string): Promise<boolean> {
  const { build } = await import('esbuild')
  try {
    const { metafile } = await build({
      stdin: { contents: source, loader: 'ts' },
      metafile: true,
      write: false,
      logLevel: 'silent',
    })
    return Object.values(metafile.inputs)[0]?.format === 'esm'
  } catch {
    return true
  }
}
