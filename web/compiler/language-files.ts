/**
 * The files that TypeScript sees: the application, and the declarations of the language, the SDK, an enclave's globals and
 * Node's modules.
 */
import type TypeScript from 'typescript-6'
import { ABSENT } from '../../src/image/build/node-names.ts'

type Api = typeof TypeScript

const APP = '/app/'
const CONFIG = '/app/tsconfig.json'
const SCRIPT = /\.[cm]?[jt]sx?$/

/** Always there, so that its names are offered before anything is imported. */
const SDK = '/node_modules/webclave/dist/sdk/index.d.ts'
/** Where the declarations of Node's modules are. They are scripts that declare modules. */
export const NODE_TYPES = '/node_modules/@types/node/'
const PREFIX = 'node:'
/** What the bundler accepts without declarations: texts, and the modules of Node that fail when they are used. */
const PROVIDED_FILE = '/webclave/provided.d.ts'
const PROVIDED_TEXT = [
  ...[...ABSENT].map((name) => `declare module '${name}'`),
  `declare module '${PREFIX}*'`,
  // An old name, without declarations of its own.
  ...['', PREFIX].map(
    (prefix) =>
      `declare module '${prefix}sys' {\n  import util = require('${PREFIX}util')\n  export = util\n}`,
  ),
  "declare module '*.txt' {\n  const text: string\n  export default text\n}",
].join('\n')

/** A host for the language service, over files in memory. */
export class LanguageFiles implements TypeScript.LanguageServiceHost {
  readonly #ts: Api
  readonly #declarations: ReadonlyMap<string, string>
  /** They are seen also if nothing imports them. */
  readonly #roots: readonly string[]
  readonly #own = new Map<string, { readonly text: string; readonly version: number }>()
  #revision = 0
  #settings: TypeScript.CompilerOptions

  constructor(ts: Api, declarations: ReadonlyMap<string, string>) {
    this.#ts = ts
    this.#declarations = new Map([...declarations, [PROVIDED_FILE, PROVIDED_TEXT]])
    const ofNode = [...declarations.keys()].filter((path) =>
      /^\/node_modules\/@types\/node\/.*\.ts$/.test(path),
    )
    this.#roots = [PROVIDED_FILE, SDK, ...ofNode]
    this.#settings = this.#readSettings()
  }

  get revision(): number {
    return this.#revision
  }

  replace(files: Readonly<Record<string, string>>): void {
    const kept = new Set(Object.keys(files).map((path) => APP + path))
    for (const path of this.#own.keys()) if (!kept.has(path)) this.#own.delete(path)
    this.#revision++
    for (const [path, text] of Object.entries(files)) this.update(path, text)
    this.#settings = this.#readSettings()
  }

  update(path: string, text: string): void {
    const file = APP + path
    if (this.#own.get(file)?.text === text) return
    this.#own.set(file, { text, version: ++this.#revision })
    if (file === CONFIG) this.#settings = this.#readSettings()
  }

  /** TypeScript's name of a script of the application; undefined for another file. */
  script(path: string): string | undefined {
    const file = APP + path
    return SCRIPT.test(file) && this.#own.has(file) ? file : undefined
  }

  text(path: string): string | undefined {
    return this.#own.get(APP + path)?.text
  }

  getCompilationSettings = (): TypeScript.CompilerOptions => this.#settings
  getScriptFileNames = (): string[] => [
    ...[...this.#own.keys()].filter((file) => SCRIPT.test(file)),
    ...this.#roots,
  ]
  getScriptVersion = (file: string): string => `${this.#own.get(file)?.version ?? 0}`
  getProjectVersion = (): string => `${this.#revision}`
  getScriptSnapshot = (file: string): TypeScript.IScriptSnapshot | undefined => {
    const text = this.readFile(file)
    return text === undefined ? undefined : this.#ts.ScriptSnapshot.fromString(text)
  }
  getCurrentDirectory = (): string => '/app'
  getDefaultLibFileName = (): string => '/lib/lib.es2025.d.ts'
  useCaseSensitiveFileNames = (): boolean => true
  fileExists = (file: string): boolean => this.readFile(file) !== undefined
  readFile = (file: string): string | undefined => this.#own.get(file)?.text ?? this.#declarations.get(file)
  directoryExists = (folder: string): boolean => this.#below(folder).length > 0
  getDirectories = (folder: string): string[] => {
    const parts = this.#below(folder).map((path) => path.split('/'))
    return [...new Set(parts.filter(({ length }) => length > 1).map(([name]) => name!))]
  }
  /** The files in a folder, for completions of paths in imports. */
  readDirectory = (folder: string): string[] => {
    const names = this.#below(folder).filter((path) => !path.includes('/'))
    return names.map((name) => `${folder.replace(/\/*$/, '/')}${name}`)
  }

  /** The paths of all files in a folder and below, from there. */
  #below(folder: string): string[] {
    const above = folder.replace(/\/*$/, '/')
    const paths = [...this.#own.keys(), ...this.#declarations.keys()]
    return paths.filter((path) => path.startsWith(above)).map((path) => path.slice(above.length))
  }

  /** As docs say how an application is configured, with what its own tsconfig.json adds. */
  #readSettings(): TypeScript.CompilerOptions {
    const { JsxEmit, ModuleDetectionKind, ModuleKind, ModuleResolutionKind, ScriptTarget } = this.#ts
    const text = this.#own.get(CONFIG)?.text
    const config = text === undefined ? undefined : this.#ts.parseConfigFileTextToJson(CONFIG, text).config
    const own = this.#ts.convertCompilerOptionsFromJson(config?.compilerOptions ?? {}, '/app').options
    return {
      strict: true,
      jsx: JsxEmit.Preserve,
      ...own,
      ...(own.paths && { pathsBasePath: '/app' }),
      target: ScriptTarget.ES2025,
      lib: ['lib.es2025.d.ts'],
      types: ['webclave/guest'],
      module: ModuleKind.ESNext,
      moduleResolution: ModuleResolutionKind.Bundler,
      moduleDetection: ModuleDetectionKind.Force,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      allowJs: true,
      skipLibCheck: true,
      noEmit: true,
    }
  }
}
