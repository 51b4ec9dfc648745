/** The name of a new project: of its folder and of its npm package. */
import { builtinModules } from 'node:module'
import { EnclaveError } from '../../../base/error.ts'

/** npm's rules for new packages (docs.npmjs.com, package.json, "name"), without scopes. */
const PATTERN = /^[a-z0-9][a-z0-9._-]*$/
const MAX_LENGTH = 214
/** A package cannot depend on one of its own name. */
const DEPENDENCIES = ['webclave', 'typescript', 'vitest']
const RESERVED = new Set(['node_modules', 'favicon.ico'])
const TAKEN = new Set([...DEPENDENCIES, ...builtinModules])

/** @throws {EnclaveError} E_NEW_NAME for a path, or a name that npm or the project cannot use. */
export function assertProjectName(name: string): void {
  const refuse = (what: string) =>
    new EnclaveError('E_NEW_NAME', {
      what,
      expected: `a name of at most ${MAX_LENGTH} characters: lower-case letters, digits, - . and _, first a letter or digit`,
      got: JSON.stringify(name.slice(0, MAX_LENGTH)),
      hint: 'the folder is made in the current directory',
    })
  if (/[/\\]/.test(name) || name === '.' || name === '..') throw refuse('the name of a project is not a path')
  if (!PATTERN.test(name) || name.length > MAX_LENGTH || RESERVED.has(name))
    throw refuse('npm does not allow this name')
  if (TAKEN.has(name)) throw refuse('a module of Node or a dependency of the project has this name')
}
