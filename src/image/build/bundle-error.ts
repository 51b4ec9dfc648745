/** Errors of the bundler, with the file and line of the application. */
import type { BuildFailure, Message } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'
import { IMPORT_ERROR } from './bundle-modules.ts'

/** How esbuild begins its messages about imports. */
const ABOUT_IMPORTS = /^(?:Could not resolve|No loader is configured|No matching export)/

/** What to do about a file that is not found. */
const MISSING_FILE = {
  expected: 'a file at this path, which begins at the file that imports it',
  hint: 'one that may be absent is external in the manifest',
}
/** What to do about a package that is not found. */
const MISSING_PACKAGE = {
  expected:
    "webclave/sdk, qingtian:enclave/…, wasi:…, a module of Node, or one among the application's own dependencies",
  hint: 'install the package beside the application; one that may be absent is loaded by require in a try, or is external in the manifest; paths of a tsconfig.json count if it is in the folder of the application',
}

/** What esbuild and bundle-modules.ts say of a file that is not a program. */
const OTHER_TYPE = /^No loader is configured|has a file type that cannot be bundled/
const NOT_A_PROGRAM = {
  hint: 'give data to the image as one of its files, which readFile of webclave/sdk reads; an enclave has neither WebAssembly nor native addons',
}

/**
 * Converts the first error of esbuild to an EnclaveError; any other error stays as it is. `nameOf` names a module of
 * esbuild's.
 */
export function bundleError(cause: unknown, nameOf: (input: string) => string): unknown {
  const message: Message | undefined = (cause as Partial<BuildFailure>).errors?.[0]
  if (!message) return cause
  const { location, text, detail } = message
  const where = location ? `${nameOf(location.file)}:${location.line}: ` : ''
  if (detail === IMPORT_ERROR || ABOUT_IMPORTS.test(text)) {
    const isMissing = text.startsWith('Could not resolve')
    const isFile = /^Could not resolve "\.[^"]*"$/.test(text)
    return new EnclaveError('E_APP_IMPORT', {
      what: `${where}${text}`,
      ...(isMissing && (isFile ? MISSING_FILE : MISSING_PACKAGE)),
      ...(OTHER_TYPE.test(text) && NOT_A_PROGRAM),
    })
  }
  const awaits = text.startsWith('Top-level await')
  return new EnclaveError('E_APP_SYNTAX', {
    what: `${where}${awaits ? 'top-level await is not supported in an application' : text}`,
    ...(location && { got: location.lineText.trim().slice(0, 100) }),
    ...(awaits && {
      hint: 'move it into the exported function: export default async function main() { … }',
    }),
  })
}
