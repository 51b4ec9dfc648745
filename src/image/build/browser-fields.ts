/** Which modules a package replaces by the field `browser` of its package.json. */
import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Metafile } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'
import { fileOfInput } from './module-names.ts'
import { ABSENT, isOfRelease, LEFT_OUT } from './namespaces.ts'

type Field = Readonly<Record<string, unknown>> | undefined

/** The field of a package, and the folder to which its paths are relative. */
interface Found {
  readonly folder: string
  readonly field: Field
}

/** The fields of the packages of one build of the application in the folder `root`. */
export class BrowserFields {
  readonly #root: string
  readonly #fields = new Map<string, Found | undefined>()

  constructor(root: string) {
    this.#root = root
    this.#of(root)
  }

  /**
   * What the package of a module in `folder` puts for `specifier`: another module, or `false` for none; undefined if it
   * says nothing. A package.json above the application does not count.
   */
  get(specifier: string, folder: string): unknown {
    return memberOf(this.#of(folder)?.field, specifier)
  }

  /** What the package of the module in `file` puts for that module. */
  ofFile(file: string): unknown {
    const found = this.#of(dirname(file))
    if (found?.field === undefined) return undefined
    const name = `./${relative(found.folder, file).split(sep).join('/')}`
    return memberOf(found.field, name) ?? memberOf(found.field, name.replace(/\.\w+$/, ''))
  }

  /** Whether one of the packages so far leaves out the package that contains `file`, wherever it imports it. */
  mayLeaveOut(file: string): boolean {
    const [, name] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file) ?? []
    return [...this.#fields.values()].some((found) => memberOf(found?.field, name ?? '') === false)
  }

  #of(folder: string): Found | undefined {
    if (!this.#fields.has(folder)) this.#fields.set(folder, this.#read(folder))
    return this.#fields.get(folder)
  }

  /** Of the nearest package.json. */
  #read(folder: string): Found | undefined {
    if (this.#root.startsWith(folder + sep)) return undefined
    const about = readPackage(folder)
    if (about) return { folder, field: mapIn(about) }
    const above = dirname(folder)
    return above === folder ? undefined : this.#of(above)
  }
}

const memberOf = (field: Field, key: string) => (field && Object.hasOwn(field, key) ? field[key] : undefined)

/** What a specifier without an ending may mean. */
const ENDINGS = ['', '.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cjs', '.json', '/index.ts', '/index.js']

/**
 * esbuild also obeys the field of a package.json above the application, for modules of packages without such a field, so
 * that the bundle would depend on where the application is.
 * @throws {EnclaveError} E_APP_IMPORT if that has changed what a module is.
 */
export function assertOwnFields({ inputs }: Metafile, root: string, nameOf: (input: string) => string): void {
  const scopes = new Map<string, Scope | undefined>()
  for (const [importer, { imports }] of Object.entries(inputs)) {
    const folder = dirname(fileOfInput(importer, root) ?? root)
    if (!scopes.has(folder)) scopes.set(folder, scopeOf(folder))
    const scope = scopes.get(folder)
    if (scope === undefined || !root.startsWith(scope.folder + sep)) continue
    for (const { path, original = path } of imports) {
      const isFile = original.startsWith('.')
      const wanted = isFile ? resolve(folder, original) : original
      const found = path.startsWith(LEFT_OUT) ? undefined : isFile ? fileOfInput(path, root) : path
      const [key] = ENDINGS.map((ending) => wanted + ending).filter((each) => scope.keys.has(each))
      if (key === undefined || isOfRelease(path) || path.startsWith(ABSENT) || found === key) continue
      throw new EnclaveError('E_APP_IMPORT', {
        what: `${nameOf(importer)}: a package.json above the application replaces ${JSON.stringify(original)} in its field browser`,
        got: join(scope.folder, 'package.json'),
        hint: 'write "browser": {} into a package.json beside the application, which then counts instead',
      })
    }
  }
}

/** A folder whose package.json has the field, and what it replaces: whole paths and names. */
interface Scope {
  readonly folder: string
  readonly keys: ReadonlySet<string>
}

/** The scope that esbuild takes for modules in `folder`: the nearest one. */
function scopeOf(folder: string): Scope | undefined {
  const field = mapIn(readPackage(folder))
  if (field) {
    const keys = Object.keys(field).map((key) => (key.startsWith('.') ? resolve(folder, key) : key))
    return { folder, keys: new Set(keys) }
  }
  return folder === dirname(folder) ? undefined : scopeOf(dirname(folder))
}

function readPackage(folder: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) ?? {}
  } catch {
    return undefined
  }
}

function mapIn(about: Readonly<Record<string, unknown>> | undefined): Field {
  const browser = about?.['browser']
  return typeof browser === 'object' && browser !== null ? (browser as Field) : undefined
}
