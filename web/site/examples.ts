/** Bundles the page's examples into `examples/NAME.json`, by the code that `qt enclave make-img` uses. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { loadPath } from '../../src/image/build/bundle.ts'
import { EXAMPLES } from '../examples/examples.ts'
import { type BuiltProgram, OWN_PROGRAMS } from '../examples/programs.ts'

/** The examples, and the programs of the lessons and attacks, bundled. */
export function bundleExamples(project: string): Promise<BuiltProgram[]> {
  return Promise.all(
    [...EXAMPLES, ...OWN_PROGRAMS].map(async ({ name, path }) => {
      const file = join(project, path)
      const loaded = await loadPath(file)
      if (!('source' in loaded)) throw new Error(`${path} is not a script`)
      const entry = basename(path)
      return { name, entry, files: { [entry]: await readFile(file, 'utf8') }, source: loaded.source }
    }),
  )
}
