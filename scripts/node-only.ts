/**
 * Modules that only Node can load, and that other modules import on demand. In dist/ they are imported by the names that
 * package.json has for them under `imports`, which in a browser mean a module without any import of Node's: so no bundler
 * finds those when it bundles for a browser.
 */
import { glob, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { build } from 'esbuild'

/** A name's modules by condition. */
export interface Conditional {
  readonly node: string
  readonly default: string
}

const DYNAMIC = /\bimport\((["'])(\.[^"']+)\1\)/g
const inDist = (path: string) => path.replace('./dist/', '')

/** Entries that no page imports. */
const FOR_NODE = new Set([
  './fleet',
  './kms/postgres',
  './kms/sqlite',
  './node',
  './proxy',
  './sdk',
  './sdk/x-wing',
  './service-worker.js',
  './testing',
])

type Entries = Readonly<Record<string, string | Readonly<Record<string, string>>>>

/**
 * Makes sure that a bundler for a browser finds no module of Node in what the entries for pages lead to.
 * @throws what the bundler cannot resolve
 */
export async function assertBrowsable(
  dist: string,
  exports: Entries,
  imports: Readonly<Record<string, Conditional>>,
): Promise<void> {
  const files = Object.entries(exports).flatMap(([name, entry]) =>
    typeof entry === 'object' && entry['default'] && !FOR_NODE.has(name) ? [inDist(entry['default'])] : [],
  )
  await build({
    entryPoints: files.map((file) => join(dist, file)),
    bundle: true,
    splitting: true,
    format: 'esm',
    // Without Node's modules, and without the conditions of Node or a browser.
    platform: 'neutral',
    outdir: 'none',
    write: false,
    logLevel: 'error',
    external: ['@hpke/*'],
    plugins: [
      {
        name: 'webclave-stand-ins',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^#/ }, ({ path }) => ({ path: join(dist, inDist(imports[path]!.default)) })),
      },
    ],
  })
}

/** Makes the modules in `dist` import those by their names, and writes what stands for them in a browser. */
export async function separateNode(
  dist: string,
  imports: Readonly<Record<string, Conditional>>,
): Promise<void> {
  const names = new Map(Object.entries(imports).map(([name, { node }]) => [inDist(node), name]))
  const used = new Set<string>()
  for await (const file of glob('*/**/*.js', { cwd: dist, exclude: ['cli/**', 'vendor/**'] })) {
    const code = await readFile(join(dist, file), 'utf8')
    const changed = code.replace(DYNAMIC, (all, quote: string, target: string) => {
      const name = names.get(relative(dist, resolve(dist, dirname(file), target)))
      if (name === undefined) return all
      used.add(name)
      return `import(${quote}${name}${quote})`
    })
    if (changed !== code) await writeFile(join(dist, file), changed)
  }
  const unused = Object.keys(imports).filter((name) => !used.has(name))
  if (unused.length > 0) throw new Error(`nothing imports ${unused.join(', ')} of package.json`)
  await writeStandIns(dist, Object.values(imports))
}

async function writeStandIns(dist: string, imports: readonly Conditional[]): Promise<void> {
  for (const [file, group] of Map.groupBy(imports, (entry) => inDist(entry.default))) {
    const { metafile } = await build({
      entryPoints: group.map(({ node }) => join(dist, inDist(node))),
      format: 'esm',
      outdir: '.',
      write: false,
      metafile: true,
      logLevel: 'silent',
    })
    const exported = Object.values(metafile.outputs).flatMap((output) => output.exports)
    const lines = [
      '/** Stands in a browser for modules that only Node can load. */',
      "const absent = () => { throw new Error('webclave: this needs Node') }",
      `export { ${exported
        .sort()
        .map((name) => `absent as ${name}`)
        .join(', ')} }`,
    ]
    await writeFile(join(dist, file), `${lines.join('\n')}\n`)
  }
}
