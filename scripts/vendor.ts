/**
 * dist/vendor/: the packages that webclave uses, each bundled into one file with what is used of it, so that an
 * installation has neither the rest of them nor their install scripts. esbuild's JavaScript is here too: its own package
 * has an install script, which npm asks users to approve, and only makes its command start sooner. Its program is in a
 * package for each platform, which are webclave's optional dependencies.
 */
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { licencesOf, packagesOf } from './licences.ts'

const ESBUILD = 'esbuild'
/** It has only a default export, which `require` of a module in dist/vendor would not give. */
const CARRIED = 'ipaddr.js'
/** esbuild refuses to run from a file of another name. */
const ESBUILD_FILE = 'vendor/esbuild/lib/main.js'
/** Where esbuild looks for its own package, for the message that its program is missing. */
const OWN_PACKAGE = 'require.resolve("esbuild")'

/** What the sources import from packages, also on demand. */
const USES = [
  /^import (\{[^}]*\}) from '((?:@[\w-]+\/)?[\w-][^':]*)'/gm,
  /const (\{[^}]*\}) = await import\('((?:@[\w-]+\/)?[\w-][^':]*)'\)/g,
]
/** Sources that are not part of the package's own modules. */
const OTHER_SOURCES = ['cli/templates/**', 'image/build/node/**']
/** What users install themselves if they want what needs it. */
const { peerDependencies: OPTIONAL } = JSON.parse(
  await readFile(new URL('../package.json', import.meta.url), 'utf8'),
) as { peerDependencies: Readonly<Record<string, string>> }
/** The package in an import of a built module. */
const TARGET = /((?:\bfrom|^import)\s*|\bimport\()(["'])(?!webclave)((?:@[\w-]+\/)?[\w-][^"':]*)\2/gm

/** The name of the package in a specifier: `@noble/hashes` of `@noble/hashes/sha2.js`. */
const packageOf = (specifier: string) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]

/** The file in dist/ that replaces a package. */
function vendorFile(name: string): string {
  return name === ESBUILD ? ESBUILD_FILE : `vendor/${name.replace('@', '').replace('/', '-')}.js`
}

/** Makes the imports of packages in a bundle of CommonJS in a folder of dist/ imports of files in dist/vendor. */
export const useVendor: Plugin = {
  name: 'webclave-vendor',
  setup({ onResolve }) {
    onResolve({ filter: /^(?:@[\w-]+\/)?[\w-][^:]*$/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || path === CARRIED) return undefined
      if (packageOf(path) in OPTIONAL) return { path, external: true }
      return { path: `../${vendorFile(packageOf(path))}`, external: true }
    })
  },
}

/** Bundles what the sources use of packages, and makes the modules in `dist` import the bundles. */
export async function buildVendor(root: string, dist: string): Promise<void> {
  const inputs = await bundlePackages(root, dist, await usesIn(join(root, 'src')))
  await copyEsbuild(root, dist)
  await writeFile(join(dist, 'vendor/LICENSES'), await licencesOf(root, [ESBUILD, ...packagesOf(inputs)]))
  for await (const file of glob('**/*.js', { cwd: dist, exclude: ['guest-modules/**', 'vendor/**'] })) {
    const path = join(dist, file)
    const code = await readFile(path, 'utf8')
    const changed = code.replace(TARGET, (all, before: string, quote: string, specifier: string) => {
      if (packageOf(specifier) in OPTIONAL) return all
      const address = relative(dirname(path), join(dist, vendorFile(packageOf(specifier))))
      return before + quote + address + quote
    })
    if (changed !== code) await writeFile(path, changed)
  }
}

/** The names that the sources import from each module of a package. */
async function usesIn(src: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const uses = new Map<string, Set<string>>()
  for await (const file of glob('**/*.ts', { cwd: src, exclude: OTHER_SOURCES })) {
    const code = await readFile(join(src, file), 'utf8')
    for (const pattern of USES) {
      for (const [, list, specifier] of code.matchAll(pattern)) {
        const items = list!.slice(1, -1).split(',')
        const names = items.map((item) => item.trim().split(' as ')[0]!)
        const known = uses.get(specifier!) ?? new Set()
        uses.set(specifier!, known)
        for (const name of names) if (name !== '' && !name.startsWith('type ')) known.add(name)
      }
    }
  }
  uses.delete(ESBUILD)
  for (const specifier of uses.keys()) if (packageOf(specifier) in OPTIONAL) uses.delete(specifier)
  return uses
}

/** Writes one file for each package; the files that they consist of. */
async function bundlePackages(
  root: string,
  dist: string,
  uses: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<string[]> {
  const packages = Map.groupBy(uses, ([specifier]) => packageOf(specifier))
  const inputs: string[] = []
  for (const [name, imports] of packages) {
    const lines = imports.map(
      ([specifier, names]) => `export { ${[...names].sort().join(', ')} } from '${specifier}'`,
    )
    const { metafile } = await build({
      stdin: { contents: lines.sort().join('\n'), resolveDir: root },
      absWorkingDir: root,
      outfile: join(dist, vendorFile(name)),
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      external: ['node:*'],
      // Some bundlers add Node's globals to a page that names them.
      define: { Buffer: 'globalThis.Buffer', process: 'globalThis.process' },
      target: 'es2024',
      minify: true,
      legalComments: 'none',
      metafile: true,
      tsconfigRaw: {},
    })
    inputs.push(...Object.keys(metafile.inputs))
  }
  return inputs
}

async function copyEsbuild(root: string, dist: string): Promise<void> {
  const code = await readFile(join(root, 'node_modules/esbuild/lib/main.js'), 'utf8')
  const { version, license } = JSON.parse(
    await readFile(join(root, 'node_modules/esbuild/package.json'), 'utf8'),
  )
  if (!code.includes(OWN_PACKAGE)) throw new Error('esbuild looks for its program in another way now')
  await mkdir(join(dist, 'vendor/esbuild/lib'), { recursive: true })
  await writeFile(join(dist, ESBUILD_FILE), code.replaceAll(OWN_PACKAGE, '__filename'))
  // CommonJS, unlike webclave.
  const description = { name: ESBUILD, version, license, type: 'commonjs', private: true }
  await writeFile(join(dist, 'vendor/esbuild/package.json'), `${JSON.stringify(description)}\n`)
}
