/** Folders with applications for the tests of the bundler. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BundleOptions, loadPath } from '../../../src/image/build/bundle.ts'
import type { BundlerChoices } from '../../../src/image/eif/manifest.ts'

const MODULES: string = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** A temporary folder in which projects are created. */
export class Projects {
  readonly folder: string
  #count = 0

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(): Promise<Projects> {
    return new Projects(await realpath(await mkdtemp(join(tmpdir(), 'webclave-bundle-'))))
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true })
  }

  /** Creates a folder `name` with these files. The value of a path that ends in `@` is what a link points to. */
  async write(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const root = join(this.folder, name)
    await mkdir(root, { recursive: true })
    for (const [path, body] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      if (path.endsWith('@')) await symlink(body, join(root, path.slice(0, -1)))
      else await writeFile(join(root, path), body)
    }
    return root
  }

  /** What the application `main` exports by default, built with these files and choices. */
  async exportOf(
    main: string,
    files: Readonly<Record<string, string>> = {},
    choices: BundlerChoices = {},
  ): Promise<unknown> {
    const root = await this.write(`value-${this.#count++}`, { 'index.ts': main, ...files })
    return evaluate(await sourceOf(root, { choices })).default
  }

  /** What `write` does, with this project's dependencies. */
  async writeWithModules(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const root = await this.write(name, files)
    await symlink(MODULES, join(root, 'node_modules')).catch(() => {})
    return root
  }
}

/** An application that exports what the package `one` exports. */
export const ONE = "import which from 'one'\nexport default which"

/** The package `one`, with several entries, of which its package.json chooses by `about`. */
export function variants(about: object): Record<string, string> {
  return {
    'node_modules/one/package.json': JSON.stringify({ name: 'one', version: '1.0.0', ...about }),
    'node_modules/one/node.js': "module.exports = 'node'",
    'node_modules/one/browser.js': "module.exports = 'browser'",
    'node_modules/one/module.mjs': "export default 'module'",
    'node_modules/one/map.js': "module.exports = require('./node.js')",
    'node_modules/one/path.js': "module.exports = require('path').sep",
    'node_modules/one/inner.js': "module.exports = typeof require('fs').readFileSync",
    'node_modules/one/sep.js': "exports.sep = 'special'",
    'node_modules/one/special.js': "module.exports = 'special'",
  }
}

/** The bundled source of the application at `path`. */
export async function sourceOf(path: string, options?: BundleOptions): Promise<string> {
  const app = await loadPath(path, options)
  return 'source' in app ? app.source : ''
}

/** Evaluates a bundle as the engine does. A module that it does not know throws. */
export function evaluate(
  source: string,
  modules: Readonly<Record<string, unknown>> = {},
): { default?: unknown } {
  const module = { exports: {} }
  const require = (name: string) => {
    if (Object.hasOwn(modules, name)) return modules[name]
    throw new Error(`there is no module "${name}" in an enclave`)
  }
  new Function('require', 'module', 'exports', source)(require, module, module.exports)
  return module.exports
}
