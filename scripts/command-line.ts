/**
 * Builds the command line: few files for each program, because reading many takes longer. They are CommonJS, in which
 * each part, and each module of Node, is loaded when it is first needed. Node runs another file, which loads these.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { useVendor } from './vendor.ts'

/** The first statement of each program, because the rest needs a newer version of Node than some users have. */
const refuseOldNode = (say: string) => `const { writeSync: tellOldNode } = require('node:fs')
{
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 22 || (major === 22 && minor < 13)) {
    const text = 'webclave needs Node 22.13 or later; this is ' + process.version + ': https://nodejs.org\\n'
    ;${say}
    process.exit(1)
  }
}`

/**
 * A program: how it reports an old version of Node, and the module with which its second file begins, if it has one,
 * which is loaded on request.
 */
interface Program {
  refuse: string
  later?: string
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  qt: { refuse: 'tellOldNode(2, text)' },
  'nitro-cli': { refuse: 'tellOldNode(2, text)' },
  // Only a small part is needed before the enclave's process is started.
  keeper: { refuse: "(tellOldNode(5, text), tellOldNode(3, '1'))", later: 'src/keeper/kept-enclave.ts' },
}

const OPTIONS: BuildOptions = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node22.13',
  // Dynamic imports become `require`, because a script of `node:vm` cannot import.
  supported: { 'dynamic-import': false },
  legalComments: 'eof',
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true,
  tsconfigRaw: {},
}

const BUNDLE: BuildOptions = {
  ...OPTIONS,
  define: { 'import.meta.url': 'urlOfThisBundle' },
  banner: { js: "const urlOfThisBundle = require('node:url').pathToFileURL(__filename).href" },
}

/** Builds the files of every program into `dist`. */
export async function buildCommandLine(root: string, dist: string): Promise<void> {
  const bundle: BuildOptions = { ...BUNDLE, absWorkingDir: root, plugins: [useVendor] }
  for (const [name, { refuse, later }] of Object.entries(PROGRAMS)) {
    const files = later ? await buildInTwo(bundle, dist, name, later) : await buildInOne(bundle, dist, name)
    const digests: [string, string][] = []
    for (const file of files) digests.push([file, await digestOf(join(dist, 'cli', file))])
    await build({
      ...OPTIONS,
      absWorkingDir: root,
      entryPoints: ['src/cli/load-program.ts'],
      outfile: join(dist, 'cli', `${name}.cjs`),
      define: { PROGRAM: JSON.stringify(digests) },
      banner: { js: refuseOldNode(refuse) },
    })
  }
}

async function buildInOne(bundle: BuildOptions, dist: string, name: string): Promise<string[]> {
  const file = `${name}.main.cjs`
  await build({ ...bundle, entryPoints: [`src/cli/${name}.ts`], outfile: join(dist, 'cli', file) })
  return [file]
}

/** Modules that both files need are in the first one, which passes them to the second, so that none is loaded twice. */
async function buildInTwo(
  bundle: BuildOptions,
  dist: string,
  name: string,
  later: string,
): Promise<string[]> {
  const entry = `src/cli/${name}.ts`
  const [first, second] = [`${name}.main.cjs`, `${name}.later.cjs`]
  const root = bundle.absWorkingDir!
  const leaveOut = replaced(root, new Map([[later, { path: `./${second}`, external: true }]]))
  const begun = await inputsOf({ ...bundle, entryPoints: [entry], plugins: [leaveOut, useVendor] })
  const rest = await inputsOf({ ...bundle, entryPoints: [later] })
  const shared = begun.filter((path) => rest.includes(path))
  const exports = shared.map((path, index) => `export * as shared${index} from './${path}'`)
  await build({
    ...bundle,
    stdin: { contents: [...exports, `export * from './${entry}'`].join('\n'), resolveDir: root },
    outfile: join(dist, 'cli', first),
    plugins: [leaveOut, useVendor],
  })
  const handed = shared.map((path, index) => [path, { path: `${index}`, namespace: 'handed' }] as const)
  const hand: Plugin = {
    name: 'hand',
    setup({ onLoad }) {
      onLoad({ filter: /./, namespace: 'handed' }, ({ path }) => ({
        contents: `module.exports = require('./${first}').shared${path}`,
      }))
    },
  }
  await build({
    ...bundle,
    entryPoints: [later],
    outfile: join(dist, 'cli', second),
    external: [`./${first}`],
    plugins: [replaced(root, new Map(handed)), hand, useVendor],
  })
  return [first, second]
}

/** A plugin that replaces some of webclave's modules. */
function replaced(
  root: string,
  modules: ReadonlyMap<string, { path: string; external?: boolean; namespace?: string }>,
): Plugin {
  return {
    name: 'replaced',
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) =>
        modules.get(relative(root, join(resolveDir, path))),
      )
    },
  }
}

async function inputsOf(options: BuildOptions): Promise<string[]> {
  const { metafile } = await build({ ...options, metafile: true, write: false, outdir: '.' })
  return Object.keys(metafile!.inputs)
}

async function digestOf(path: string): Promise<string> {
  return createHash('sha384')
    .update(await readFile(path))
    .digest('hex')
    .slice(0, 16)
}
