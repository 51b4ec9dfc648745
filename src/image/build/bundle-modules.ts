/**
 * Resolves modules for the bundler: the SDK, the engine's modules, Node's, and the application's own. esbuild resolves
 * the inside of packages itself, which is much faster. Node only.
 */
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, extname, isAbsolute, join, resolve, sep } from 'node:path'
import type { Loader, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { ownAgain, useOwnAgain } from './again.ts'
import { BrowserFields } from './browser-fields.ts'
import { isInNodeModules, type ModuleNames, UNNAMEABLE } from './module-names.ts'
import { exactly, INNER, useAlias, useExternal } from './module-options.ts'
import { ABSENT, OWN } from './namespaces.ts'
import { fileOfNodeModule, NODE_SPECIFIER, nodeModule } from './node-names.ts'

/** Marks errors about imports. */
export const IMPORT_ERROR: unique symbol = Symbol('import')
/** What the bundler is asked to build: the application's entry. */
export const ENTRY = 'webclave:entry'
/** What the bundler provides for global names that a module uses: `webclave:global/buffer`. */
export const GLOBAL = 'webclave:global/'

const SDK = 'webclave/sdk'
/** Parts of the SDK that are imported by themselves, because they need other packages, and where they are beside it. */
const SDK_PARTS: Readonly<Record<string, string>> = { 'webclave/sdk/x-wing': 'channel/x-wing.js' }
/** The modules that the engine provides through `require`. */
const WIT_IMPORT = /^(?:qingtian:enclave\/|wasi:|webclave:(?:engine|crypto|network)$)/

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.json': 'json',
  '.txt': 'text',
}

const SCRIPT = /\.[cm]?js$/
const NAMES_MAP = /[@#] sourceMappingURL=/
/**
 * An empty source map. Only a module's last comment of this kind counts, so this one keeps esbuild from reading the map that
 * a compiled module names: it is not there on every machine, and names files by where the module is installed.
 */
const NO_MAP = '\n//# sourceMappingURL=data:application/json,{}'

/** Where the application and the parts of the release are. */
export interface ModulePlaces {
  /** The entry file and the folder of the application: real paths. */
  readonly entry: string
  readonly root: string
  /** The file that `webclave/sdk` resolves to. */
  readonly sdk: string
  /** The folder of Node's modules for enclaves. */
  readonly nodeModules: string
  /** The application's name, by which its modules may import each other. */
  readonly self: string | undefined
  /** The application's own names for modules, and those that stay `require` calls. */
  readonly alias: Readonly<Record<string, string>>
  readonly external: readonly string[]
  /** Whether the application has a tsconfig.json, which may give names to modules. */
  readonly isConfigured: boolean
  /** Called with each file of the author's own. */
  readonly onRead: (file: string) => void
  /** The folder outside of which no module may be, apart from the release's. */
  readonly within: string | undefined
}

const unnameable = (name: string) =>
  `the file name ${JSON.stringify(name)} has characters that a bundle cannot name`
const stranger = (path: string) =>
  `${JSON.stringify(path)} is outside of the image, which may import only its own files`
const refuse = (text: string) => ({ errors: [{ text, detail: IMPORT_ERROR }] })

/** An esbuild plugin for the modules of one application. */
export function applicationModules(places: ModulePlaces, names: ModuleNames): Plugin {
  return {
    name: 'webclave-application',
    setup(build) {
      const paths = new Map<string, string>()
      const replaced = new BrowserFields(places.root)
      const own = (path: string): OnResolveResult => {
        const name = names.of(path)
        paths.set(name, path)
        if (!names.isLibrary(path)) places.onRead(path)
        // The release's modules have no side effects, so that the bundle contains only what the application uses.
        return { path: name, namespace: OWN, sideEffects: !names.isLibrary(path) }
      }
      const isOutside = (path: string) =>
        places.within !== undefined && !path.startsWith(places.within + sep) && !names.isLibrary(path)
      const release = (file: string): OnResolveResult => own(join(places.nodeModules, file))

      build.onResolve({ filter: WIT_IMPORT }, ({ path }) => ({ path, external: true }))
      build.onResolve({ filter: exactly([ENTRY]) }, () => own(places.entry))
      build.onResolve({ filter: new RegExp(`^${GLOBAL}`) }, ({ path }) =>
        release(`global-${path.slice(GLOBAL.length)}.js`),
      )
      useOwnAgain(build, places.root, own)
      useExternal(build, places.external)
      useAlias(build, places, (path) => place(path, own, names), refuse)
      build.onResolve({ filter: exactly([SDK]) }, () => own(places.sdk))
      build.onResolve({ filter: exactly(Object.keys(SDK_PARTS)) }, ({ path }) =>
        own(join(dirname(places.sdk), SDK_PARTS[path]!)),
      )
      build.onResolve({ filter: NODE_SPECIFIER }, (request) => {
        const found = nodeModule(request.path)
        const replacement = replaced.get(request.path, request.resolveDir)
        // A package that does without a module in browsers does more with it: `toBuffer` of bn.js is an example.
        if (typeof replacement === 'string' || (replacement === false && !found?.provided)) return undefined
        if (found?.provided) return release(fileOfNodeModule(found.name))
        if (found) return { path: `node:${found.name}`, namespace: ABSENT, sideEffects: false }
        return refuse(`Could not resolve "${request.path}": Node has no such module`)
      })
      build.onResolve({ filter: /.*/, namespace: ABSENT }, () => release('absent.cjs'))
      build.onResolve({ filter: /.*/, namespace: OWN }, async (request) => {
        const path = await findOwn(build, request, places, replaced)
        return path === undefined ? undefined : place(path, own, names)
      })
      build.onLoad({ filter: /./, namespace: 'file' }, async ({ path }) => {
        // What a package leaves out is loaded too, and only esbuild knows that it is empty.
        if (!(await isFile(path))) return undefined
        if (isOutside(path)) return refuse(stranger(path))
        if (replaced.ofFile(path) === false) return { contents: '' }
        const name = names.of(path)
        if (UNNAMEABLE.test(name)) return refuse(unnameable(name))
        if (!names.isInstalled(path)) return ownAgain(path, places.root)
        if (!isInNodeModules(path)) places.onRead(path)
        if (!SCRIPT.test(path)) return undefined
        const contents = await readFile(path, 'utf8')
        if (!NAMES_MAP.test(contents) || replaced.mayLeaveOut(path)) return undefined
        return { contents: contents + NO_MAP, loader: 'js', resolveDir: dirname(path) }
      })
      build.onLoad({ filter: /.*/, namespace: ABSENT }, ({ path }) => ({
        contents: `module.exports = require('absent')(${JSON.stringify(path)})`,
        resolveDir: places.root,
      }))
      build.onLoad({ filter: /.*/, namespace: OWN }, async ({ path: name }) => {
        if (UNNAMEABLE.test(name)) return refuse(unnameable(name))
        const path = paths.get(name)!
        if (isOutside(path)) return refuse(stranger(path))
        const loader = LOADERS[extname(path)]
        if (!loader)
          return refuse(
            `${name} has a file type that cannot be bundled, only ${Object.keys(LOADERS).join(', ')}`,
          )
        return { contents: await readModule(path), loader, resolveDir: dirname(path) }
      })
    },
  }
}

async function readModule(path: string): Promise<string | Uint8Array> {
  return SCRIPT.test(path) ? (await readFile(path, 'utf8')) + NO_MAP : readFile(path)
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}

/** A package's module is left to esbuild; any other is the application's own. */
function place(path: string, own: (path: string) => OnResolveResult, names: ModuleNames): OnResolveResult {
  return names.isInstalled(path) ? { path } : own(path)
}

/**
 * The file of an import in the application's own code; undefined if esbuild finds it, or reports that there is none,
 * except within `try`, where it leaves the call of `require` for run time.
 */
async function findOwn(
  build: PluginBuild,
  { path, resolveDir, kind }: OnResolveArgs,
  { self, isConfigured }: ModulePlaces,
  replaced: BrowserFields,
): Promise<string | undefined> {
  const relative = path.startsWith('.') || isAbsolute(path)
  const inner = isConfigured || path.startsWith('#') || path === self || path.startsWith(`${self}/`)
  if (!relative && !inner) return undefined
  if (relative && extname(path) !== '') {
    const file = resolve(resolveDir, path)
    if (replaced.ofFile(file) === undefined && (await isFile(file))) return realpath(file)
  }
  const found = await build.resolve(path, { kind, resolveDir, pluginData: INNER })
  // What the field browser leaves out is not a file.
  const isFound = found.errors.length === 0 && found.namespace === 'file' && (await isFile(found.path))
  return isFound && replaced.ofFile(found.path) !== false ? found.path : undefined
}
