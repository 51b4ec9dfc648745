/**
 * Undoes what tsc does to an import of a computed URL: it wraps the URL in a function for relative paths, and webpack
 * then does not find the comment that says that the import is not its business.
 */
import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const HELPER = /^var __rewriteRelativeImportExtension = [\s\S]*?^};\n/m
const WRAPPED = /\bimport\(__rewriteRelativeImportExtension\(\s*([^()]*)\)\)/g

/** Rewrites the modules in `dist` that tsc has written. */
export async function plainImports(dist: string): Promise<void> {
  for await (const file of glob('platform/*.js', { cwd: dist })) {
    const path = join(dist, file)
    const code = await readFile(path, 'utf8')
    const plain = code.replace(HELPER, '').replace(WRAPPED, 'import($1)')
    if (plain.includes('__rewriteRelativeImportExtension'))
      throw new Error(`dist/${file} has an import in an unknown form`)
    if (plain !== code) await writeFile(path, plain)
  }
}
