/**
 * Resolves and names modules for the bundler. Every module gets a name that does not depend on the machine: its path in
 * the application's folder, or `package@version/path` for a dependency. The names appear in comments and stack traces,
 * and therefore in the measured bytes. Node only.
 */
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { dirname, extname, relative, resolve, sep } from 'node:path'
import type { Loader, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild'

/** Marks errors about imports. */
export const IMPORT_ERROR: unique symbol = Symbol('import')

const NAMESPACE = 'app'
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

/** An esbuild plugin for the application in the folder `root`; `webclave/sdk` resolves to the file `sdk`. */
export function applicationModules(root: string, sdk: string): Plugin {
  return {
    name: 'webclave-application',
    setup(build) {
      const paths = new Map<string, string>()
      const names = new PackageNames(root)
      const library = dirname(dirname(sdk)) + sep
      build.onResolve({ filter: /.*/ }, async (request) => {
        if (request.pluginData === NAMESPACE) return undefined
        if (WIT_IMPORT.test(request.path)) return { path: request.path, external: true }
        const found = await find(build, request, sdk)
        if (!('path' in found) || found.path === undefined) return found
        const name = await names.of(found.path)
        paths.set(name, found.path)
        // The SDK's modules have no side effects, so that the bundle contains only what the application uses.
        const sideEffects = !found.path.startsWith(library) && (found.sideEffects ?? true)
        return { path: name, namespace: NAMESPACE, sideEffects }
      })
      build.onLoad({ filter: /.*/, namespace: NAMESPACE }, async ({ path: name }) => {
        const path = paths.get(name)!
        const loader = LOADERS[extname(path)]
        if (!loader)
          return {
            errors: [{ text: `${name} has a file type that cannot be bundled`, detail: IMPORT_ERROR }],
          }
        return { contents: await readFile(path), loader, resolveDir: dirname(path) }
      })
    },
  }
}

/** Resolves `request` by the rules of Node. */
async function find(build: PluginBuild, request: OnResolveArgs, sdk: string): Promise<OnResolveResult> {
  if (request.path === SDK) return { path: sdk }
  const refuse = (text: string) => ({ errors: [{ text, detail: IMPORT_ERROR }] })
  const builtin = `Could not resolve "${request.path}": it is a module of Node, and an enclave has no Node`
  if (request.path.startsWith('node:')) return refuse(builtin)
  const { path, sideEffects, errors } = await build.resolve(request.path, {
    kind: request.kind,
    resolveDir: request.resolveDir,
    pluginData: NAMESPACE,
  })
  if (errors.length === 0) return { path, sideEffects }
  // Checked last, because a package may have the name of a Node module, such as "events" or "buffer".
  return refuse(isBuiltin(request.path) ? builtin : `Could not resolve "${request.path}"`)
}

/**
 * Names files: relative within the application, by package elsewhere. A dependency is named by its package even if it
 * is in the application's folder, because where npm installs it depends on the surroundings.
 */
class PackageNames {
  readonly #root: string
  readonly #packages = new Map<string, Promise<{ folder: string; label: string } | undefined>>()

  constructor(root: string) {
    this.#root = root
  }

  async of(path: string): Promise<string> {
    const own = relative(this.#root, path)
    const steps = own.split(sep)
    if (steps[0] !== '..' && !steps.includes('node_modules')) return slashes(own)
    const owner = await this.#package(dirname(path))
    return owner ? `${owner.label}/${slashes(relative(owner.folder, path))}` : slashes(own)
  }

  /** The nearest package.json with a name, from `folder` upwards. */
  #package(folder: string): Promise<{ folder: string; label: string } | undefined> {
    const known = this.#packages.get(folder)
    if (known) return known
    const found = this.#search(folder)
    this.#packages.set(folder, found)
    return found
  }

  async #search(folder: string): Promise<{ folder: string; label: string } | undefined> {
    const text = await readFile(resolve(folder, 'package.json'), 'utf8').catch(() => '{}')
    const { name, version } = JSON.parse(text) as { name?: string; version?: string }
    if (name !== undefined) return { folder, label: `${name}@${version ?? '0'}` }
    const above = dirname(folder)
    return above === folder ? undefined : this.#package(above)
  }
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
