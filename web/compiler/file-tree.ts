/** The files that the compiler sees, in memory: the application below `/app`, the release below `/webclave`. */

/** The folder of the application. */
export const APP = '/app'
/** The folder of the release, as it is when it is installed. */
export const RELEASE = '/webclave'

/** What is at a path. */
export type Found = { readonly kind: 'file'; readonly bytes: Uint8Array } | { readonly kind: 'folder' }

/** Files and folders by absolute path, without links. */
export class FileTree {
  readonly #files = new Map<string, Uint8Array>()
  /** The names in each folder. */
  readonly #folders = new Map<string, Set<string>>()

  /** Replaces everything in the folder `root` by `files`, whose paths are relative to it. */
  replace(root: string, files: Iterable<readonly [path: string, bytes: Uint8Array]>): void {
    const isBelow = (path: string) => path.startsWith(`${root}/`)
    for (const path of [...this.#files.keys()].filter(isBelow)) this.#files.delete(path)
    for (const path of [...this.#folders.keys()].filter(isBelow)) this.#folders.delete(path)
    this.#folders.set(root, new Set())
    this.#enter(root)
    for (const [path, bytes] of files) {
      this.#files.set(`${root}/${path}`, bytes)
      this.#enter(`${root}/${path}`)
    }
  }

  find(path: string): Found | undefined {
    const bytes = this.#files.get(path)
    if (bytes) return { kind: 'file', bytes }
    return this.#folders.has(path) ? { kind: 'folder' } : undefined
  }

  /** The names in a folder; undefined if there is no such folder. */
  list(path: string): string[] | undefined {
    const names = this.#folders.get(path)
    return names && [...names].sort()
  }

  /** Lists `path` in its folder, and that in the folder above, up to the root. */
  #enter(path: string): void {
    if (path === '/') return
    const at = path.lastIndexOf('/')
    const folder = path.slice(0, at) || '/'
    const names = this.#folders.get(folder)
    if (names) names.add(path.slice(at + 1))
    else this.#folders.set(folder, new Set([path.slice(at + 1)]))
    if (!names) this.#enter(folder)
  }
}

/** The files of this Worker: the stand-ins for Node's modules read them. */
export const FILES: FileTree = new FileTree()

/** The error that Node gives. */
export function missing(path: string, call: string): Error {
  const text = `ENOENT: no such file or directory, ${call} '${path}'`
  return Object.assign(new Error(text), { code: 'ENOENT' })
}
