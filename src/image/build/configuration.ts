/**
 * The tsconfig.json of an application. It counts only in the application's own folder, because one above would make the
 * measured bytes depend on where that folder is. esbuild reads it: `paths`, `baseUrl`, `jsx…`, `experimentalDecorators`,
 * `useDefineForClassFields`, `target` for class fields, and `verbatimModuleSyntax`; what `extends` names is read too.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildOptions, Message } from 'esbuild'
import { EnclaveError } from '../../base/error.ts'

/** The name of the file. */
export const CONFIG = 'tsconfig.json'

const COMMENT = /("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[\s\S]*?\*\//g
/** esbuild has no types, so it cannot write them into a program. */
const TYPES_OF_MEMBERS = /"emitDecoratorMetadata"\s*:\s*true/

/** What an application's configuration means for the bundler. */
export interface Configuration {
  /** Whether there is one. */
  readonly isGiven: boolean
  readonly options: BuildOptions
  readonly warnings: readonly string[]
}

/** The configuration of the application in the folder `root`. */
export async function readConfiguration(root: string): Promise<Configuration> {
  const tsconfig = join(root, CONFIG)
  const text = await readFile(tsconfig, 'utf8').catch(() => undefined)
  // Without the empty one, esbuild looks for others in the folders above.
  if (text === undefined) return { isGiven: false, options: { tsconfigRaw: {} }, warnings: [] }
  const needsTypes = TYPES_OF_MEMBERS.test(text.replace(COMMENT, '$1'))
  const warning = `${CONFIG}: emitDecoratorMetadata has no effect: the bundler knows no types`
  return { isGiven: true, options: { tsconfig }, warnings: needsTypes ? [warning] : [] }
}

/** @throws {EnclaveError} E_APP_SYNTAX if a configuration that is extended is missing: the bytes would depend on that. */
export function assertComplete(messages: readonly Message[], nameOf: (input: string) => string): void {
  const missing = messages.find(({ text }) => text.startsWith('Cannot find base config file'))
  if (!missing) return
  const { location, text } = missing
  throw new EnclaveError('E_APP_SYNTAX', {
    what: `${location ? `${nameOf(location.file)}:${location.line}: ` : ''}${text}`,
    hint: 'install the package that contains it, or write the options into the file itself',
  })
}
