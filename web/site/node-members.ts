/** What Node's modules have in an enclave: the names of the members of those that the release provides. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { types } from 'node:util'
import { type Context, createContext, runInContext } from 'node:vm'
import { fileOfNodeModule } from '../../src/image/build/node-names.ts'

const FOLDER = fileURLToPath(new URL('../../dist/guest-modules/', import.meta.url))
/** Globals of Node that an enclave does not have, or has only by these modules. */
const NOT_THERE = ['global', 'globalThis', 'process', 'Buffer']
/** What a function says that stands for one of Node's. */
const ABSENT = 'is not available in an enclave'

/** Stands for everything that the modules import from an enclave, of which they call nothing when they are loaded. */
const anything: unknown = new Proxy(function stub() {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => '' : anything),
  apply: () => anything,
  construct: () => anything as object,
})

/** A global scope of its own, because the modules add to its functions. */
function createScope(): Context {
  const scope = createContext({})
  const own = new Set<string>(runInContext('Object.getOwnPropertyNames(globalThis)', scope))
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (own.has(name) || NOT_THERE.includes(name)) continue
    const isTimer = /^(?:set|clear)[A-Z]/.test(name)
    const global = Object.getOwnPropertyDescriptor(globalThis, name)!
    // Some warn when they are read.
    Object.defineProperty(scope, name, isTimer ? { value: () => {}, writable: true } : global)
  }
  return scope
}

const scope = createScope()
const loaded = new Map<string, { exports: unknown }>()

function load(file: string): unknown {
  const known = loaded.get(file)
  if (known) return known.exports
  const module = { exports: {} as unknown }
  loaded.set(file, module)
  const text = readFileSync(FOLDER + file, 'utf8')
  const run = runInContext(`(function (require, module, exports) {${text}\n})`, scope, { filename: file })
  run(required, module, module.exports)
  return module.exports
}

const required = (name: string): unknown =>
  name.startsWith('node:') ? load(fileOfNodeModule(name.slice('node:'.length))) : anything

/** The members of a provided module that are not only there to fail. */
export function membersOf(name: string): ReadonlySet<string> {
  const members = new Set<string>()
  let part = load(fileOfNodeModule(name)) as Record<string, unknown> | null
  // What a module inherits from a proxy is not there: that only names what is absent.
  while (part && !types.isProxy(part) && !Object.hasOwn(part, 'hasOwnProperty')) {
    for (const key of Object.getOwnPropertyNames(part)) if (!isAbsent(part, key)) members.add(key)
    part = Object.getPrototypeOf(part)
  }
  return members
}

/** A getter belongs to the enclave, where it has something to get. */
function isAbsent(part: object, key: string): boolean {
  const { value } = Object.getOwnPropertyDescriptor(part, key)!
  return typeof value === 'function' && String(value).includes(ABSENT)
}
