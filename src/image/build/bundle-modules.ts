/**
 * Resolves modules for the bundler: the SDK, the engine's modules, Node's, and the application's own. esbuild resolves
 * the inside of packages itself, which is much faster. Node only.
 */
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, extname, isAbsolute, join, resolve } from 'node:path'
import type { Loader, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'
import { BrowserFields } from './browser-fields.ts'
import type { ModuleNames } from './module-names.ts'
import { exactly, INNER, useAlias, useExternal } from './module-options.ts'
import { fileOfNodeModule, NODE_SPECIFIER, nodeModule } from './node-names.ts'

/** Marks errors about imports. */
export const IMPORT_ERROR: unique symbol = Symbol('import')
/** What the bundler is asked to build: the application's entry. */
export const ENTRY = 'webclave:entry'
/** What the bundler provides for global names that a module uses: `webclave:global/buffer`. */
export const GLOBAL = 'webclave:global/'

/** Modules with these are named by `ModuleNames`, and loaded here. */
const OWN = 'app'
const ABSENT = 'absent'
const SDK = 'webclave/sdk'
/** The modules that the engine provides through `require`. */
const WIT_IMPORT = /^(?:qingtian:enclave\/|wasi:|webclave:(?:engine|crypto)$)/

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
}

const refuse = (text: string) => ({ errors: [{ text, detail: IMPORT_ERROR }] })

/** An esbuild plugin for the modules of one application. */
export function applicationModules(places: ModulePlaces, names: ModuleNames): Plugin {
  return {
    name: 'webclave-application',
    setup(build) {
      const paths = new Map<string, string>()
      const replaced = new BrowserFields()
      const own = (path: string): OnResolveResult => {
        const name = names.of(path)
        paths.set(name, path)
        // The release's modules have no side effects, so that the bundle contains only what the application uses.
        return { path: name, namespace: OWN, sideEffects: !names.isLibrary(path) }
      }
      const release = (file: string): OnResolveResult => own(join(places.nodeModules, file))

      build.onResolve({ filter: WIT_IMPORT }, ({ path }) => ({ path, external: true }))
      build.onResolve({ filter: exactly([ENTRY]) }, () => own(places.entry))
      build.onResolve({ filter: new RegExp(`^${GLOBAL}`) }, ({ path }) =>
        release(`global-${path.slice(GLOBAL.length)}.js`),
      )
      useExternal(build, places.external)
      useAlias(build, places, (path) => place(path, own, names), refuse)
      build.onResolve({ filter: exactly([SDK]) }, () => own(places.sdk))
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
        const path = await findOwn(build, request, places.self)
        return path === undefined ? undefined : place(path, own, names)
      })
      build.onLoad({ filter: /.*/, namespace: ABSENT }, ({ path }) => ({
        contents: `module.exports = require('absent')(${JSON.stringify(path)})`,
        resolveDir: places.root,
      }))
      build.onLoad({ filter: /.*/, namespace: OWN }, async ({ path: name }) => {
        const path = paths.get(name)!
        const loader = LOADERS[extname(path)]
        if (!loader) return refuse(`${name} has a file type that cannot be bundled`)
        return { contents: await readFile(path), loader, resolveDir: dirname(path) }
      })
    },
  }
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
  self: string | undefined,
): Promise<string | undefined> {
  const relative = path.startsWith('.') || isAbsolute(path)
  const inner = path.startsWith('#') || path === self || path.startsWith(`${self}/`)
  if (!relative && !inner) return undefined
  if (relative && extname(path) !== '') {
    const file = resolve(resolveDir, path)
    if ((await stat(file).catch(() => undefined))?.isFile()) return realpath(file)
  }
  const found = await build.resolve(path, { kind, resolveDir, pluginData: INNER })
  return found.errors.length === 0 && !found.external && found.namespace === 'file' ? found.path : undefined
}
