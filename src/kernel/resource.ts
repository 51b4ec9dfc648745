/**
 * The kernel's resources of the component model. The generated glue identifies a resource by a number, its rep; one
 * registry maps reps to objects. Performance-critical calls bypass the glue's conversions (`Symbol.for('cabiLower')`):
 * they get the guest's raw handles and look up the rep in the glue's handle tables. Handles come from the guest and are
 * hostile.
 */

const CABI_REP: unique symbol = Symbol.for('cabiRep')
const CABI_LOWER = Symbol.for('cabiLower')
const CABI_DISPOSE = Symbol.for('cabiDispose')

/** The glue's table of one resource type: pairs of scope and rep; the first pair is the free list. */
export type HandleTable = number[]

/** The context that the glue passes to a function that lowers its own arguments. */
export interface LowerContext {
  memory: WebAssembly.Memory
  realloc: (pointer: number, oldLength: number, alignment: number, length: number) => number
  resourceTables: HandleTable[]
}

/** A core function that the guest calls. */
export type CoreFunction = (...args: never[]) => unknown

/** Maximum number of open handles of one enclave. */
export const MAX_RESOURCES = 16384
/** Set in a table's rep word if the handle owns its resource. */
const OWN_FLAG = 1 << 30

const states = new Map<number, object>()
/** Released reps, for reuse: the glue remembers every rep that it has seen, so there must be few different ones. */
const freeReps: number[] = []

/** An object that represents a resource for the glue. */
export type ResourceObject = { [CABI_REP]?: number }

/** A handle from the guest: the state of its resource, and the table that contains it. */
export interface Found<State> {
  state: State
  table: HandleTable
}

/** One method of a resource: its implementation and, if speed matters, its lowered form. */
export interface Method<State> {
  call: (state: State, ...args: never[]) => unknown
  lower?: (context: LowerContext, find: (handle: number) => Found<State>) => CoreFunction
}

/** A resource type: the class that the glue needs, and functions to create resources. */
export interface ResourceType<State extends object> {
  /** The class in the import object, for the glue. */
  readonly resourceClass: new () => ResourceObject
  /** Creates a resource, for the glue's own conversions. */
  create(state: State): ResourceObject
  /** Creates a resource, as a raw handle in the guest's `table`. */
  createHandle(state: State, table: HandleTable): number
  /** Creates a raw handle in the guest's `table` for an existing resource. */
  giveHandle(object: ResourceObject, table: HandleTable): number
  /** The state of `object`. */
  stateOf(object: ResourceObject): State
  /** The state of `handle`, whichever of `tables` contains it. */
  find(tables: readonly HandleTable[], handle: number): Found<State>
}

function register(state: object): number {
  if (states.size >= MAX_RESOURCES) throw new Error(`more than ${MAX_RESOURCES} handles are open`)
  const rep = freeReps.pop() ?? states.size + 1
  states.set(rep, state)
  return rep
}

/** Adds an owning handle to a table of the glue, as the glue itself does, but for its record of a guest's own resources. */
function addOwnHandle(table: HandleTable, rep: number): number {
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

/** Of two `tables`, the one that is not `known`. */
export function otherTable(tables: readonly HandleTable[], known: HandleTable): HandleTable {
  const other = tables.find((table) => table !== known)
  if (!other || tables.length !== 2) throw new Error('unexpected handle tables')
  return other
}

/**
 * Defines a resource type. `drop` is called when the guest drops one of its resources. `State` must be a class, which
 * distinguishes its reps from those of other types.
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
    freeReps.push(rep)
    drop(state)
  }
  const stateOf = (object: ResourceObject): State => {
    const state = member(object[CABI_REP])
    if (!state) throw new Error('the handle has been dropped or belongs to another resource type')
    return state
  }
  const find = (tables: readonly HandleTable[], handle: number): Found<State> => {
    const at = (handle << 1) + 1
    for (const table of tables) {
      const entry = handle > 0 && at < table.length ? table[at]! : 0
      const state = (table[handle << 1]! & OWN_FLAG) === 0 ? member(entry & ~OWN_FLAG) : undefined
      if (entry !== 0 && state) return { state, table }
    }
    throw new Error('the handle has been dropped or belongs to another resource type')
  }
  class ResourceClass {
    declare [CABI_REP]?: number
    constructor() {
      throw new Error('a resource is made by the kernel only')
    }
    static [CABI_DISPOSE](rep: number): void {
      release(rep)
    }
    [Symbol.dispose](): void {
      release(this[CABI_REP])
    }
  }
  // The glue looks members up by names of the guest's: by one of what all classes and objects inherit, `constructor`
  // above all, it would reach `Function`.
  Object.setPrototypeOf(ResourceClass, null)
  Object.setPrototypeOf(ResourceClass.prototype, null)
  Reflect.deleteProperty(ResourceClass.prototype, 'constructor')
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
    const object: ResourceObject = Object.create(ResourceClass.prototype)
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

/** Attaches its lowered form to a function. */
export function withLowering<Call extends (...args: never[]) => unknown>(
  call: Call,
  lower: (context: LowerContext) => CoreFunction,
): Call {
  return Object.defineProperty(call, CABI_LOWER, { value: lower })
}
