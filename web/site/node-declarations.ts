/**
 * The declarations of Node's modules for the editor, from `@types/node`: of the modules that enclaves have, without the
 * members that they lack there, and without the globals of Node.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-6'
import { PROVIDED } from '../../src/image/build/node-names.ts'
import { NODE_TYPES } from '../compiler/language-files.ts'
import { membersOf } from './node-members.ts'

const types = fileURLToPath(new URL('../../node_modules/@types/node', import.meta.url))
/** What the declarations of modules need. */
const SHARED = ['globals', 'globals.typedarray', 'buffer.buffer']
/** What stays of the globals: types, and what the bundler provides. */
const GLOBALS: ReadonlySet<string> = new Set([
  'NodeJS',
  'Buffer',
  'BufferConstructor',
  'BufferEncoding',
  'AllowSharedBuffer',
  'NonSharedBuffer',
  'process',
  'global',
])

/** The declarations, by the paths at which the language service has them, and their licence. */
export function nodeDeclarations(): Map<string, string> {
  const found = new Map([[`${NODE_TYPES}LICENSE`, readFileSync(join(types, 'LICENSE'), 'utf8')]])
  for (const name of [...SHARED, ...PROVIDED]) {
    const file = join(types, `${name}.d.ts`)
    // `sys` is an old name of `util`.
    if (existsSync(file)) found.set(`${NODE_TYPES}${name}.d.ts`, reduced(name, readFileSync(file, 'utf8')))
  }
  return found
}

function reduced(name: string, text: string): string {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest)
  const dropped = [...unneeded(name, source)].sort((left, right) => right.pos - left.pos)
  let left = text
  for (const { pos, end } of dropped) left = left.slice(0, pos) + left.slice(end)
  return left
}

function* unneeded(name: string, { statements }: ts.SourceFile): Generator<ts.Node> {
  const members = PROVIDED.has(name) ? membersOf(name) : undefined
  const isModule = (one: ts.Statement): one is ts.ModuleDeclaration =>
    ts.isModuleDeclaration(one) && ts.isStringLiteral(one.name)
  for (const statement of statements) {
    if (isModule(statement)) yield* unneededIn(statement, members)
    else if (isGlobalScope(statement)) yield* globals(bodyOf(statement), members)
    else if (!ts.isExportDeclaration(statement)) yield* globals([statement], members)
  }
}

/** Functions and variables of a module that it does not have, also if it exports them as a namespace. */
function* unneededIn(module: ts.ModuleDeclaration, members?: ReadonlySet<string>): Generator<ts.Node> {
  const statements = bodyOf(module)
  const exported = statements.find(ts.isExportAssignment)?.expression
  const whole = exported && ts.isIdentifier(exported) ? exported.text : undefined
  const isMissing = (name: string) => members !== undefined && !members.has(name) && name !== whole
  for (const statement of statements) {
    if (isGlobalScope(statement)) yield* globals(bodyOf(statement), members)
    else if (isValue(statement, isMissing)) yield statement
    else if (ts.isModuleDeclaration(statement) && statement.name.text === whole)
      yield* bodyOf(statement).filter((inner) => isValue(inner, isMissing))
  }
}

/** The globals that enclaves do not have, and the members of `process`, which is declared as one of them. */
function* globals(statements: readonly ts.Statement[], members?: ReadonlySet<string>): Generator<ts.Node> {
  for (const statement of statements) {
    if (!namesOf(statement).every((name) => GLOBALS.has(name))) yield statement
    else if (ts.isModuleDeclaration(statement))
      for (const inner of bodyOf(statement))
        if (members && ts.isInterfaceDeclaration(inner) && inner.name.text === 'Process')
          yield* inner.members.filter(({ name }) => name && ts.isIdentifier(name) && !members.has(name.text))
  }
}

/** Whether a statement declares functions or variables, of which each is `wanted`. */
function isValue(statement: ts.Statement, wanted: (name: string) => boolean): boolean {
  if (!ts.isFunctionDeclaration(statement) && !ts.isVariableStatement(statement)) return false
  return namesOf(statement).every(wanted) && !isSymbol(statement)
}

/** Types may name a symbol. */
const isSymbol = (statement: ts.Statement) =>
  ts.isVariableStatement(statement) &&
  statement.declarationList.declarations.every(({ type }) => type && ts.isTypeOperatorNode(type))

/** The names that a statement declares. */
function namesOf(statement: ts.Statement): string[] {
  const names = ts.isVariableStatement(statement)
    ? statement.declarationList.declarations.map(({ name }) => name)
    : [(statement as ts.DeclarationStatement).name]
  return names.map((name) => (name && ts.isIdentifier(name) ? name.text : ''))
}

const isGlobalScope = (statement: ts.Statement): statement is ts.ModuleDeclaration =>
  ts.isModuleDeclaration(statement) && (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0

const bodyOf = ({ body }: ts.ModuleDeclaration): readonly ts.Statement[] =>
  body && ts.isModuleBlock(body) ? body.statements : []
