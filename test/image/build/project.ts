/** Folders with applications for the tests of the bundler. */
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BundleOptions, loadPath } from '../../../src/image/build/bundle.ts'

const MODULES: string = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** A temporary folder in which projects are created. */
export class Projects {
  readonly folder: string

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

  /** The same, with this project's dependencies. */
  async writeWithModules(name: string, files: Readonly<Record<string, string>>): Promise<string> {
    const root = await this.write(name, files)
    await symlink(MODULES, join(root, 'node_modules')).catch(() => {})
    return root
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
