/** Every type that stands in a signature of an entry can be imported from an entry: users can name what they are given. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A declaration file: what it takes from others, what it declares, what it gives on from others. */
interface Declarations {
  readonly imports: ReadonlyMap<string, readonly [name: string, file: string]>
  readonly declared: ReadonlyMap<string, string>
  readonly exported: ReadonlyMap<string, readonly [name: string, file: string | undefined]>
  /** Files that are exported whole, under a name. */
  readonly spaces: readonly string[]
}

const files = new Map<string, Declarations>()

/** The pairs in `{ a, type b as c }`. */
function namesIn(list: string): [as: string, name: string][] {
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => item.split(' as ') as [string, string?])
    .map(([name, as = name]) => [as, name])
}

function declarationsOf(file: string): Declarations {
  const known = files.get(file)
  if (known) return known
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const path = (from: string) => resolve(dirname(file), from).replace(/\.(ts|js)$/, '.d.ts')
  const imports = new Map<string, [string, string]>()
  for (const [, list, from] of text.matchAll(/import (?:type )?\{([^}]*)\} from '(\.[^']*)'/g))
    for (const [as, name] of namesIn(list!)) imports.set(as, [name, path(from!)])
  const exported = new Map<string, [string, string | undefined]>()
  for (const [, list, from] of text.matchAll(/export (?:type )?\{([^}]*)\}(?: from '([^']*)')?/g))
    for (const [as, name] of namesIn(list!)) exported.set(as, [name, from && path(from)])
  const spaces = [...text.matchAll(/export \* as \w+ from '([^']*)'/g)].map(([, from]) => path(from!))
  const heads = [
    ...text.matchAll(/^(export )?(?:declare )?(?:abstract )?(?:interface|class|type|function|const) (\w+)/gm),
  ]
  const declared = new Map<string, string>()
  heads.forEach(({ index, 1: isExported, 2: name }, at) => {
    declared.set(name!, (declared.get(name!) ?? '') + text.slice(index, heads[at + 1]?.index))
    if (isExported) exported.set(name!, [name!, undefined])
  })
  const found = { imports, declared, exported, spaces }
  files.set(file, found)
  return found
}

/** Where `name` of `file` is declared, as `file#name`; undefined for what is not ours. */
function originOf(file: string, name: string): string | undefined {
  if (!existsSync(file)) return undefined
  const { imports, declared, exported } = declarationsOf(file)
  if (declared.has(name)) return `${file}#${name}`
  const [given, from] = exported.get(name) ?? []
  if (given !== undefined && from !== undefined) return originOf(from, given)
  const imported = imports.get(given ?? name)
  return imported && originOf(imported[1], imported[0])
}

/** The declaration at `origin`, without what is private in it. */
function textOf(origin: string): string {
  const [file, name] = origin.split('#') as [string, string]
  const text = declarationsOf(file).declared.get(name)!
  return text
    .replace(/^\s*(?:private|#).*$/gm, '')
    .replace(/^((?:export )?declare class .*) implements .*$/m, '$1 {')
}

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types?: string; default?: string }>
}
const entries = Object.values(exports)
  .filter((entry) => typeof entry === 'object')
  .filter(({ default: built }) => built !== undefined)
  .map(({ types }) => join(root, types!))

const origins = new Set<string>()
for (const entry of entries) {
  const { exported, spaces } = declarationsOf(entry)
  for (const name of exported.keys()) {
    const origin = originOf(entry, name)
    if (origin !== undefined) origins.add(origin)
  }
  for (const space of spaces)
    for (const name of declarationsOf(space).declared.keys()) origins.add(`${space}#${name}`)
}

/** Helpers of types: what they make is what they stand for. */
const SHORTHANDS = new Set([
  'CryptoKey',
  'Method',
  'InClear',
  'ForRecipient',
  'Operation',
  'Operations',
  'CURVES',
])

test('every type in a signature is exported', () => {
  const missing: string[] = []
  for (const origin of origins) {
    const [file, name] = origin.split('#') as [string, string]
    for (const used of new Set(textOf(origin).match(/\b[A-Z]\w+\b/g))) {
      const other = used === name || SHORTHANDS.has(used) ? undefined : originOf(file, used)
      if (other !== undefined && !origins.has(other)) missing.push(`${used}, in ${name}`)
    }
  }
  expect(origins.size).toBeGreaterThan(150)
  expect(missing).toEqual([])
})
