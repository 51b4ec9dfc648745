/**
 * Names modules without naming the machine: an application's own module by its path in the application's folder, any
 * other by `package@version/path`. The names appear in comments and stack traces, and therefore in the measured bytes.
 * Node only.
 */
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { isOfRelease, isOwn, LEFT_OUT, nameWithin } from './namespaces.ts'

interface Package {
  readonly folder: string
  readonly label: string
}

const MODULES = 'node_modules'

/** Names the modules of the application in the real path `root`, and of webclave's own files in the folder `library`. */
export class ModuleNames {
  readonly #root: string
  readonly #library: string
  readonly #labels = new Map<string, string | undefined>()

  constructor(root: string, library: string) {
    this.#root = root
    this.#library = library
  }

  /** The name of the module in the file `path`, a real path. */
  of(path: string): string {
    if (this.isOwn(path)) return slashes(relative(this.#root, path))
    const owner = this.isLibrary(path)
      ? this.#webclave()
      : (this.#installed(path) ?? this.#beside(dirname(path)))
    return owner
      ? `${owner.label}/${slashes(relative(owner.folder, path))}`
      : slashes(relative(this.#root, path))
  }

  /** Whether `path` is in the application's folder, and not in a package that is installed there. */
  isOwn(path: string): boolean {
    const steps = relative(this.#root, path).split(sep)
    return steps[0] !== '..' && !steps.includes(MODULES)
  }

  isLibrary(path: string): boolean {
    return path.startsWith(this.#library + sep)
  }

  /** Whether `path` belongs to a package that the application depends on. */
  isInstalled(path: string): boolean {
    if (this.isOwn(path) || this.isLibrary(path)) return false
    return (this.#installed(path) ?? this.#beside(dirname(path))) !== undefined
  }

  #webclave(): Package {
    return { folder: this.#library, label: labelOf(dirname(this.#library)) ?? 'webclave' }
  }

  /** The package in the innermost node_modules folder of `path`. The application itself may be in such a package. */
  #installed(path: string): Package | undefined {
    const steps = path.split(sep)
    const at = steps.lastIndexOf(MODULES)
    if (at < 0) return undefined
    const length = steps[at + 1]?.startsWith('@') ? 3 : 2
    const folder = steps.slice(0, at + length).join(sep)
    if (this.#containsRoot(folder)) return undefined
    return { folder, label: this.#label(folder) ?? steps.slice(at + 1, at + length).join('/') }
  }

  /**
   * The nearest package.json with a name, for a package that is linked from beside the application. One above the
   * application does not count: whether there is one depends on where the application's folder is.
   */
  #beside(folder: string): Package | undefined {
    if (this.#containsRoot(folder)) return undefined
    const label = this.#label(folder)
    if (label !== undefined) return { folder, label }
    const above = dirname(folder)
    return above === folder ? undefined : this.#beside(above)
  }

  #containsRoot(folder: string): boolean {
    return `${this.#root}${sep}`.startsWith(folder.endsWith(sep) ? folder : folder + sep)
  }

  #label(folder: string): string | undefined {
    if (!this.#labels.has(folder)) this.#labels.set(folder, labelOf(folder))
    return this.#labels.get(folder)
  }
}

/** `name@version` of the package.json in `folder`, if it has a name. */
function labelOf(folder: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (typeof name !== 'string') return undefined
    // It gets into comments of the bundle, which a line feed would end.
    return `${name}@${version ?? '0'}`.replace(/[^\x21-\x7e]/g, '_')
  } catch {
    return undefined
  }
}

/** Whether `path` is in a folder in which packages are installed. */
export function isInNodeModules(path: string): boolean {
  return path.split(sep).includes(MODULES)
}

/** Characters of a file name that end a comment or a string of the bundle, or have to be escaped there. */
export const UNNAMEABLE: RegExp = /["'`\\\p{Cc}\u2028\u2029]/u

/** Renames the modules of dependencies, which esbuild names by their paths, in the comments and keys of a bundle. */
export function renameModules(
  code: string,
  inputs: readonly string[],
  root: string,
  names: ModuleNames,
): string {
  const known = new Map(inputs.map((input) => [input, nameOfInput(input, root, names)]))
  return code
    .replace(/^\/\/ (.+)$/gm, (line, input: string) => (known.has(input) ? `// ${known.get(input)}` : line))
    .replace(/^ {2}("(?:[^"\\]|\\.)+")(?=\([^()]*\) \{$)/gm, (line, key: string) => {
      const name = known.get(textOf(key))
      return name === undefined ? line : `  ${JSON.stringify(name)}`
    })
}

/** The file of a module that esbuild names so; undefined for one that is not from the disk, or from the release. */
export function fileOfInput(input: string, root: string): string | undefined {
  if (isOfRelease(input) || input.startsWith(LEFT_OUT)) return undefined
  if (isOwn(input)) return resolve(root, nameWithin(input)!)
  return nameWithin(input) === undefined ? resolve(root, input) : undefined
}

/** The name of a module that esbuild names `namespace:name`, or by its path relative to `root`. */
export function nameOfInput(input: string, root: string, names: ModuleNames): string {
  if (input.startsWith(LEFT_OUT)) return LEFT_OUT + names.of(resolve(root, input.slice(LEFT_OUT.length)))
  return nameWithin(input) ?? names.of(resolve(root, input))
}

function textOf(literal: string): string {
  try {
    return JSON.parse(literal)
  } catch {
    return literal
  }
}

function slashes(path: string): string {
  return path.split(sep).join('/')
}
