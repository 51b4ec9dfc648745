/**
 * Resources of the component model as the kernel keeps them. The generated glue knows a resource by a number,
 * its rep; one registry holds what each stands for. Calls that matter for speed skip the glue's own
 * conversions (`Symbol.for('cabiLower')`): they get the guest's raw handles and look the rep up in the glue's
 * handle tables. Handles are the guest's: hostile.
 */

const CABI_REP: unique symbol = Symbol.for('cabiRep')
const CABI_LOWER = Symbol.for('cabiLower')
const CABI_DISPOSE = Symbol.for('cabiDispose')

/** The glue's table of one resource type: pairs of scope and rep, the first pair being the free list. */
export type HandleTable = number[] & { _createdReps: Set<number> }

/** What the glue gives to a function that lowers its own arguments. */
export interface LowerContext {
  memory: WebAssembly.Memory
  realloc: (pointer: number, oldLength: number, alignment: number, length: number) => number
  resourceTables: HandleTable[]
}

/** A core function as the guest calls it. */
export type CoreFunction = (...args: never[]) => unknown

/** Handles that one enclave may hold at a time. */
const MAX_RESOURCES = 16384
/** Set in a table's rep word where the handle owns its resource. */
const OWN_FLAG = 1 << 30

const states = new Map<number, object>()
let lastRep = 0

/** An object that stands for a resource in the glue's eyes. */
export type ResourceObject = { [CABI_REP]?: number }

/** A handle that the guest gave: what it stands for, and the table that holds it. */
export interface Found<State> {
  state: State
  table: HandleTable
}

/** One method of a resource: what it does, and, where speed matters, how its raw arguments are read. */
export interface Method<State> {
  call: (state: State, ...args: never[]) => unknown
  lower?: (context: LowerContext, find: (handle: number) => Found<State>) => CoreFunction
}

/** A resource type: the class that the glue wants, and the way to make its members. */
export interface ResourceType<State extends object> {
  /** The class that the import object shows to the glue. */
  readonly resourceClass: new () => ResourceObject
  /** A new resource, as the glue's own conversions take it. */
  create(state: State): ResourceObject
  /** A new resource, as a raw handle in the guest's `table`. */
  createHandle(state: State, table: HandleTable): number
  /** A raw handle in the guest's `table` to a member that exists. */
  giveHandle(object: ResourceObject, table: HandleTable): number
  /** What `object` stands for. */
  stateOf(object: ResourceObject): State
  /** What `handle` stands for, whichever of `tables` it is in. */
  find(tables: readonly HandleTable[], handle: number): Found<State>
}

function register(state: object): number {
  if (states.size >= MAX_RESOURCES) throw new Error(`more than ${MAX_RESOURCES} handles are open`)
  lastRep = (lastRep % (OWN_FLAG - 1)) + 1
  while (states.has(lastRep)) lastRep = (lastRep % (OWN_FLAG - 1)) + 1
  states.set(lastRep, state)
  return lastRep
}

/** Adds an own handle to a table of the glue, as the glue itself does. */
function addOwnHandle(table: HandleTable, rep: number): number {
  table._createdReps?.add(rep)
  const free = table[0]! & ~OWN_FLAG
  if (free === 0) {
    table.push(0, rep | OWN_FLAG)
    return (table.length >> 1) - 1
  }
  table[0] = table[free << 1]!
  table[free << 1] = 0
  table[(free << 1) + 1] = rep | OWN_FLAG
  return free
}

/** The table among `tables` that is not `known`: of two, the other. */
export function otherTable(tables: readonly HandleTable[], known: HandleTable): HandleTable {
  const other = tables.find((table) => table !== known)
  if (!other || tables.length !== 2) throw new Error('the handle tables are not the two that were expected')
  return other
}

/**
 * Defines a resource type. `drop` is told when the guest drops one of its members.
 * `State` must be a class: it is how a rep of another type is told apart.
 */
export function defineResource<State extends object>(
  stateClass: abstract new (...args: never[]) => State,
  methods: Record<string, Method<State>>,
  drop: (state: State) => void = () => {},
): ResourceType<State> {
  const member = (rep: number | undefined): State | undefined => {
    const state = rep === undefined ? undefined : states.get(rep)
    return state instanceof stateClass ? state : undefined
  }
  const release = (rep: number | undefined) => {
    const state = member(rep)
    if (rep === undefined || !state) return
    states.delete(rep)
    drop(state)
  }
  const stateOf = (object: ResourceObject): State => {
    const state = member(object[CABI_REP])
    if (!state) throw new Error('the handle is of another resource or dropped')
    return state
  }
  const find = (tables: readonly HandleTable[], handle: number): Found<State> => {
    const at = (handle << 1) + 1
    for (const table of tables) {
      const entry = handle > 0 && at < table.length ? table[at]! : 0
      const state = (table[handle << 1]! & OWN_FLAG) === 0 ? member(entry & ~OWN_FLAG) : undefined
      if (entry !== 0 && state) return { state, table }
    }
    throw new Error('the handle is of another resource or dropped')
  }
  class ResourceClass {
    declare [CABI_REP]?: number
    static [CABI_DISPOSE](rep: number): void {
      release(rep)
    }
    [Symbol.dispose](): void {
      release(this[CABI_REP])
    }
  }
  for (const [name, { call, lower }] of Object.entries(methods)) {
    const method = function (this: ResourceObject, ...args: never[]) {
      return call(stateOf(this), ...args)
    }
    if (lower) {
      const lowered = (context: LowerContext) =>
        lower(context, (handle) => find(context.resourceTables, handle))
      Object.defineProperty(method, CABI_LOWER, { value: lowered })
    }
    Object.defineProperty(ResourceClass.prototype, name, { value: method })
  }
  const create = (state: State): ResourceObject => {
    const object = new ResourceClass()
    object[CABI_REP] = register(state)
    return object
  }
  return {
    resourceClass: ResourceClass,
    create,
    createHandle: (state, table) => addOwnHandle(table, register(state)),
    giveHandle: (object, table) => addOwnHandle(table, object[CABI_REP]!),
    stateOf,
    find,
  }
}

/** Gives a plain function its raw form. */
export function withLowering<Call extends (...args: never[]) => unknown>(
  call: Call,
  lower: (context: LowerContext) => CoreFunction,
): Call {
  return Object.defineProperty(call, CABI_LOWER, { value: lower })
}
