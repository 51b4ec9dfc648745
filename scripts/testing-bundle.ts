/**
 * Bundles `webclave/testing`, and the SDK that `webclave/sdk` is outside of an enclave: with the interfaces of
 * src/testing/interfaces instead of an enclave's. Modules of other rooms stay outside, so that `EnclaveError` and
 * `Parent` are the same classes as those of the other entries.
 */
import { join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** The interfaces that the SDK imports, and the modules that stand in for them. */
const INTERFACES: Readonly<Record<string, string>> = {
  'wasi:cli/environment': 'environment',
  'webclave:engine': 'engine',
  'webclave:crypto': 'crypto',
  'webclave:network': 'network',
  'qingtian:enclave/qtsm': 'qtsm',
  'qingtian:enclave/vsock': 'vsock',
}

function interfaces(root: string): Plugin {
  return {
    name: 'webclave-test-interfaces',
    setup({ onResolve }) {
      onResolve({ filter: /^(wasi|webclave|qingtian):/ }, ({ path }) => ({
        path: join(root, `src/testing/interfaces/${INTERFACES[path]}.ts`),
      }))
    },
  }
}

/** Modules of other rooms are those of dist/, beside its folder `testing`. */
function otherRooms(root: string): Plugin {
  return {
    name: 'webclave-other-rooms',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
        const file = relative(join(root, 'src'), join(resolveDir, path))
        if (/^(testing|sdk|channel\/wire)\//.test(file)) return undefined
        return { path: `../${file.replace(/\.ts$/, '.js')}`, external: true }
      })
    },
  }
}

/** Writes both modules, which share one state, and the program of the security module's thread. */
export async function buildTesting(root: string, dist: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      index: 'src/testing/index.ts',
      sdk: 'src/sdk/index.ts',
      'x-wing': 'src/sdk/channel/x-wing.ts',
      'security-main': 'src/testing/security-main.ts',
    },
    outdir: join(dist, 'testing'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    legalComments: 'none',
    minifySyntax: true,
    minifyWhitespace: true,
    tsconfigRaw: {},
    plugins: [interfaces(root), otherRooms(root)],
    allowOverwrite: true,
  })
}
