/**
 * Joins modules in dist/ that only the entries of their room lead to: those of the KMS, of a fleet, and of each end of an
 * attached channel and of shared secrets. In an installation each file takes 4 KiB of the disk at least. Modules of other rooms
 * stay outside, so that `EnclaveError` is the same class as that of the other entries, and so do those that import a package
 * which may be missing.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** What is joined, and the entries that lead to it, which share what more than one of them needs. */
interface Joint {
  readonly files: RegExp
  readonly entries: readonly string[]
}

const OF_SDK = /^(?:sdk\/channel|channel\/wire)\//
const JOINTS: readonly Joint[] = [
  { files: /^channel\/(?!hpke-|node-)/, entries: ['channel/index'] },
  { files: /^channel\//, entries: ['channel/node-sealing'] },
  { files: OF_SDK, entries: ['sdk/channel/index'] },
  { files: OF_SDK, entries: ['sdk/channel/x-wing'] },
  { files: /^fleet\//, entries: ['fleet/index'] },
  { files: /^shared\//, entries: ['shared/index'] },
  { files: /^(?:sdk\/(?:shared|channel)|shared\/wire|channel\/wire)\//, entries: ['sdk/shared/index'] },
  { files: /^kms\//, entries: ['kms/index', 'kms/store/sqlite', 'kms/store/postgres'] },
]

/** Marks what stays outside: where it is depends on the file that imports it. */
const OUTSIDE = 'webclave-outside:'
const OUTSIDE_PATH = new RegExp(`${OUTSIDE}([^"']+)`, 'g')

function otherModules(root: string, files: RegExp): Plugin {
  return {
    name: 'webclave-other-modules',
    setup({ onResolve }) {
      onResolve({ filter: /^webclave:/ }, () => ({ external: true }))
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = relative(join(root, 'src'), join(resolveDir, path))
        if (files.test(file)) return undefined
        return { path: OUTSIDE + file.replace(/\.ts$/, '.js'), external: true }
      })
    },
  }
}

/** Replaces what the compiler wrote. */
export async function joinModules(root: string, dist: string): Promise<void> {
  for (const { files, entries } of JOINTS) {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: entries.map((entry) => join(root, `src/${entry}.ts`)),
      outbase: join(root, 'src'),
      outdir: dist,
      chunkNames: `${dirname(entries[0]!)}/shared-[hash]`,
      splitting: entries.length > 1,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'neutral',
      target: 'es2024',
      packages: 'external',
      legalComments: 'none',
      minifySyntax: true,
      minifyWhitespace: true,
      tsconfigRaw: {},
      plugins: [otherModules(root, files)],
    })
    for (const { path, text } of outputFiles) {
      const folder = dirname(path)
      const code = text.replace(OUTSIDE_PATH, (_, file: string) => {
        const target = relative(folder, join(dist, file))
        return target.startsWith('.') ? target : `./${target}`
      })
      await mkdir(folder, { recursive: true })
      await writeFile(path, code)
    }
  }
}
