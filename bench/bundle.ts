/** Bundling an application with many modules, compared with plain esbuild over the same files in the same run. */
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { loadPath } from '../src/image/build/bundle.ts'
import { type Benchmark, timed } from './harness.ts'

const MODULES = fileURLToPath(new URL('../node_modules', import.meta.url))
const APPLICATION = `import { addMonths, format } from 'date-fns'
export default async function main() {
  console.log(format(addMonths(new Date(0), 1), 'yyyy-MM-dd'))
}`

export const bundle: Benchmark = {
  room: 'bundle',
  async measurements() {
    const folder = await mkdtemp(join(tmpdir(), 'webclave-bench-'))
    const entry = join(folder, 'index.js')
    await writeFile(entry, APPLICATION)
    await symlink(MODULES, join(folder, 'node_modules'))
    const plain = () =>
      build({ entryPoints: [entry], bundle: true, write: false, format: 'cjs', platform: 'neutral' })
    return {
      rows: [
        {
          name: 'bundling an application with date-fns (300 modules), against plain esbuild',
          unit: 'ms',
          samples: 15,
          subject: () => timed(() => loadPath(entry)),
          baseline: () => timed(plain),
          goal: { atMost: 2 },
        },
      ],
      tearDown: () => rm(folder, { recursive: true }),
    }
  },
}
