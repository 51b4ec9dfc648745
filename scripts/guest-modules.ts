/**
 * Bundles Node's modules for applications: src/image/build/node, with the packages that they are made of. An application
 * that imports one gets it as this release has it, whichever versions are installed beside the application. CommonJS,
 * because some of the modules are functions.
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { fileOfNodeModule, PROVIDED } from '../src/image/build/node-names.ts'
import { licencesOf, packagesOf } from './licences.ts'

/** Modules that the packages import by other names than Node's. */
const NAMES: Readonly<Record<string, string>> = {
  buffer: 'node:buffer',
  events: 'node:events',
  'process/': 'node:process',
  string_decoder: 'node:string_decoder',
  'util/': 'node:util',
}
/**
 * Where the library of `inspect` takes the prototypes of asynchronous generators. In an application that has AsyncLocalStorage the
 * bundler rewrites such functions, which then have others.
 */
const GENERATOR = /async function\s*\*\s*\(\)\s*\{\s*\}/g
/** Old additions to the language. */
const NATIVE: Readonly<Record<string, string>> = {
  'object.assign/polyfill': '() => Object.assign',
  'object-is/polyfill': '() => Object.is',
  'object-is': 'Object.is',
  'is-nan': 'Number.isNaN',
  'call-bind/callBound': '() => (expression, text) => RegExp.prototype.test.call(expression, text)',
  'safe-buffer': "require('node:buffer')",
}

function packages(module: string, sources: string): Plugin {
  return {
    name: 'webclave-guest-modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path, importer }) => {
        if (path.startsWith('node:') || path.startsWith('wasi:') || path.startsWith('webclave:'))
          return { path, external: true }
        // `util` contains what would otherwise import it.
        if (path === 'util/' && module === 'util') return { path: join(sources, 'util-of-types.js') }
        if (Object.hasOwn(NATIVE, path)) return { path, namespace: 'native' }
        if (Object.hasOwn(NAMES, path) && importer !== '') return { path: NAMES[path]!, external: true }
        return undefined
      })
      onLoad({ filter: /inspect\.js$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(
          GENERATOR,
          "Function('return async function* () {}')()",
        ),
      }))
      // Node warns only of an application's own calls, and here these are those of packages too.
      onLoad({ filter: /unenv.*url\.mjs$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replaceAll('console.warn(', 'void ('),
      }))
      onLoad({ filter: /.*/, namespace: 'native' }, ({ path }) => ({
        contents: `module.exports = ${NATIVE[path]}`,
      }))
    },
  }
}

/** Writes the modules into `dist`. */
export async function buildGuestModules(root: string, dist: string): Promise<void> {
  const sources = join(root, 'src/image/build/node')
  const target = join(dist, 'guest-modules')
  await mkdir(target, { recursive: true })
  const bundle = (file: string) => {
    const module = file.replace('.cjs', '')
    return build({
      stdin: { contents: `module.exports = require('./${module}.js').default`, resolveDir: sources },
      absWorkingDir: root,
      outfile: join(target, file),
      bundle: true,
      format: 'cjs',
      platform: 'neutral',
      mainFields: ['browser', 'module', 'main'],
      conditions: ['browser'],
      target: 'es2025',
      metafile: true,
      // The bytes do not depend on where node_modules really is.
      preserveSymlinks: true,
      charset: 'utf8',
      legalComments: 'none',
      // What the libraries would ask of a process that is Node's.
      define: {
        'process.cwd': 'rootFolder',
        'process.emitWarning': 'undefined',
        'process.stderr': 'undefined',
      },
      banner: { js: "const rootFolder = () => '/'" },
      minifySyntax: true,
      minifyWhitespace: true,
      tsconfigRaw: {},
      plugins: [packages(module, sources)],
    })
  }
  const files = [...PROVIDED].map(fileOfNodeModule)
  const results = await Promise.all([...files, 'absent.cjs'].map(bundle))
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  await writeFile(join(target, 'LICENSES'), await licencesOf(root, packagesOf(inputs)))
  for (const name of ['global-buffer.js', 'global-process.js'])
    await copyFile(join(sources, name), join(target, name))
  await writeFile(join(target, 'list.json'), `${JSON.stringify(files)}\n`)
}
