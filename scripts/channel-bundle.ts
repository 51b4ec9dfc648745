/**
 * Joins the modules of an attached channel in dist/, those of each end into one: in an installation each file takes 4 KiB of the
 * disk at least. Modules of other rooms stay outside, so that `EnclaveError` is the same class as that of the other entries, and
 * so do those that import a package which may be missing.
 */
import { dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'

const ENTRIES = ['channel/index', 'sdk/channel/index', 'sdk/channel/x-wing']
/** What is joined, of all that these entries import. */
const JOINED = /^(?:channel|sdk\/channel)\/(?!hpke-)/

function otherModules(root: string, entry: string): Plugin {
  return {
    name: 'webclave-other-modules',
    setup({ onResolve }) {
      onResolve({ filter: /^webclave:/ }, () => ({ external: true }))
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = relative(join(root, 'src'), join(resolveDir, path))
        if (JOINED.test(file)) return undefined
        const target = relative(dirname(entry), file).replace(/\.ts$/, '.js')
        return { path: target.startsWith('.') ? target : `./${target}`, external: true }
      })
    },
  }
}

/** Replaces what the compiler wrote. */
export async function joinChannel(root: string, dist: string): Promise<void> {
  for (const entry of ENTRIES) {
    await build({
      absWorkingDir: root,
      entryPoints: [`src/${entry}.ts`],
      outfile: join(dist, `${entry}.js`),
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      target: 'es2024',
      packages: 'external',
      legalComments: 'none',
      tsconfigRaw: {},
      plugins: [otherModules(root, entry)],
      allowOverwrite: true,
    })
  }
}
