/**
 * Decides the maximum of every memory and table, so that all together never exceed what the enclave was given.
 *
 * The policy: every memory and table keeps its minimum. A table may grow up to 65,536 elements (8 bytes are accounted
 * for each), as far as there is room. All pages left over go to the memory with the largest minimum, which is the
 * application's heap; what that cannot use by its own declared maximum goes to the next. A declared maximum is never
 * raised. Only definitions get one: an imported memory or table is some other module's definition, and since maximums
 * only ever go down, whatever linked before links still.
 */
import { type Bounds, boundsKey } from './bounds.ts'
import type { Component } from './component.ts'
import type { CoreModule } from './core-module.ts'
import { LIMITS } from './limits.ts'
import { refusal } from './refusal.ts'

export const PAGE_SIZE = 65_536
const ELEMENT_SIZE = 8
const TABLE_GROWTH = 65_536

/** A memory or table, how often it comes to life, and what it may become. */
export interface Clamped extends Bounds {
  readonly kind: 'memory' | 'table'
  readonly module: CoreModule
  /** Its place among the module's own memories or tables. */
  readonly index: number
  readonly instances: number
  /** The maximum written into the module: pages or elements. */
  readonly limit: number
}

/**
 * The maximum of each memory and table of `component`, within `memoryBytes`.
 * @throws {EnclaveError} E_ADMISSION_MEMORY where the minimums alone do not fit; E_ADMISSION_LIMIT.
 */
export function decideLimits(component: Component, memoryBytes: number): Clamped[] {
  const groups = groupModules(countInstances(component, 1))
  const all = groups.flatMap(draftsOf)
  const needed = all.reduce((sum, item) => sum + cost(item, item.min), 0)
  if (needed > memoryBytes) throw tooSmall(all, needed, memoryBytes)
  let left = memoryBytes - needed
  const grow = (item: Draft, most: number) => {
    const ceiling = Math.min(item.max ?? most, most)
    if (ceiling <= item.min) return
    const affordable = item.instances === 0 ? ceiling : item.min + Math.floor(left / cost(item, 1))
    item.limit = Math.min(ceiling, affordable)
    left -= cost(item, item.limit - item.min)
  }
  for (const item of all) if (item.kind === 'table') grow(item, TABLE_GROWTH)
  const memories = all.filter(({ kind }) => kind === 'memory').sort((a, b) => b.min - a.min)
  for (const item of memories) grow(item, PAGE_SIZE)
  return all.flatMap(({ group, ...item }) => group.map((member) => ({ ...item, ...member })))
}

/** A module and how often it comes to life. */
interface Instances {
  readonly module: CoreModule
  readonly instances: number
}

/** A memory or table of every module of a group, before it is decided on. `instances` are the group's. */
type Draft = { -readonly [key in keyof Omit<Clamped, 'module'>]: Clamped[key] } & {
  readonly group: readonly Instances[]
}

/** Every module below `component`, each with the number of its instances. */
function countInstances(component: Component, times: number): Instances[] {
  const own = component.modules.map((module, at) => ({
    module,
    instances: multiply(times, component.moduleInstances[at]!),
  }))
  const nested = component.components.flatMap((child, at) =>
    countInstances(child, multiply(times, component.componentInstances[at]!)),
  )
  return [...own, ...nested]
}

/**
 * Modules of the same bytes belong together and get the same limits: after transpiling, nobody can tell any more
 * which of them a module came from, and the larger limit of one must not be had by all. Told apart by `boundsKey`
 * and not byte by byte, which a hostile component could make slow.
 */
function groupModules(modules: readonly Instances[]): Instances[][] {
  const groups = Map.groupBy(modules, ({ module: { start, end, memories, tables } }) =>
    boundsKey(end - start, memories, tables),
  )
  return [...groups.values()]
}

function draftsOf(group: readonly Instances[]): Draft[] {
  const { memories, tables } = group[0]!.module
  const instances = group.reduce((sum, item) => sum + item.instances, 0)
  const draft =
    (kind: Draft['kind']) =>
    ({ min, max }: Bounds, index: number): Draft => ({ kind, group, index, instances, min, max, limit: min })
  return [...memories.map(draft('memory')), ...tables.map(draft('table'))]
}

/** Components that instantiate components twice, and so on, double at every level: never beyond the limit. */
function multiply(times: number, count: number): number {
  const product = times * count
  const limit = LIMITS['core instances']
  if (product <= limit) return product
  throw refusal(
    'E_ADMISSION_LIMIT',
    'the component has too many core instances',
    `${limit} or fewer`,
    product,
  )
}

function cost({ kind, instances }: Pick<Draft, 'kind' | 'instances'>, count: number): number {
  return instances * count * (kind === 'memory' ? PAGE_SIZE : ELEMENT_SIZE)
}

function tooSmall(all: readonly Draft[], needed: number, memoryBytes: number) {
  const largest = all.reduce((most, item) => (cost(item, item.min) > cost(most, most.min) ? item : most))
  const unit = largest.kind === 'memory' ? 'pages of 64 KiB' : 'elements'
  return refusal(
    'E_ADMISSION_MEMORY',
    'the application does not fit into the memory it was given',
    `${needed} bytes or more`,
    `${memoryBytes} bytes`,
    `Its largest part is a ${largest.kind} of ${largest.min} ${unit}.`,
  )
}
