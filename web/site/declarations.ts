/**
 * Collects the declarations that the editor's language service needs: those of the language, the SDK, an enclave's globals
 * and Node's modules there.
 */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-6'
import { nodeDeclarations } from './node-declarations.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const LIBRARIES = '/lib'
/** Where the release is installed, for an application in `/app`. */
const INSTALLED = '/node_modules/webclave'
const ENTRY = '/app/index.ts'
const IMPORTS = "import 'webclave/sdk'\n"
/** What TypeScript reads to resolve these imports. */
const ABOUT = `${INSTALLED}/package.json`

const OPTIONS: ts.CompilerOptions = {
  lib: ['lib.es2025.d.ts'],
  types: ['webclave/guest'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  noEmit: true,
}

/** The declarations, by the paths at which the language service has them. */
export function collectDeclarations(): Map<string, string> {
  const { name, version, type, exports } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  const { './sdk': sdk, './guest': guest } = exports
  const about = JSON.stringify({ name, version, type, exports: { './sdk': sdk, './guest': guest } })
  const readFile = (path: string): string | undefined => {
    if (path === ENTRY) return IMPORTS
    if (path === ABOUT) return about
    const file = fileAt(path)
    return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
  const host: ts.CompilerHost = {
    readFile,
    fileExists: (path) => path === ENTRY || path === ABOUT || isFile(fileAt(path)),
    directoryExists: (path) => `${INSTALLED}/`.startsWith(`${path}/`) || existsSync(fileAt(path) ?? ''),
    getSourceFile: (path, target) => {
      const text = readFile(path)
      return text === undefined ? undefined : ts.createSourceFile(path, text, target)
    },
    getDefaultLibFileName: () => `${LIBRARIES}/lib.es2025.d.ts`,
    getCurrentDirectory: () => dirname(ENTRY),
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    writeFile: () => {},
  }
  const program = ts.createProgram([ENTRY], OPTIONS, host)
  const found = new Map([[ABOUT, about], ...nodeDeclarations()])
  for (const { fileName, text } of program.getSourceFiles()) if (fileName !== ENTRY) found.set(fileName, text)
  return found
}

/** The file of this project for a path of the language service. */
function fileAt(path: string): string | undefined {
  if (path.startsWith(`${INSTALLED}/`)) return join(project, path.slice(INSTALLED.length))
  if (!path.startsWith(`${LIBRARIES}/`)) return undefined
  return join(project, 'node_modules/typescript-6/lib', path.slice(LIBRARIES.length))
}

const isFile = (path: string | undefined) => path !== undefined && existsSync(path) && statSync(path).isFile()
