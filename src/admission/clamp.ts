/**
 * Decides the maximum of each memory and table, so that their sum never exceeds the enclave's memory.
 *
 * The policy: the host's memory for instances is subtracted first. Every memory and table keeps its minimum. A table
 * may grow to 65,536 elements, if there is memory for it. All remaining pages go to the memory with the largest
 * minimum, which is the application's heap; what exceeds its declared maximum goes to the next one. A declared maximum
 * is never raised. Only definitions get a maximum: an imported memory or table is defined in another module, and since
 * maximums are only lowered, imports that linked before still link.
 */
import { type Bounds, boundsKey } from './bounds.ts'
import type { CoreModule } from './core-module.ts'
import { HOST_BYTES, type Instances, instanceBytes } from './instances.ts'
import { refusal } from './refusal.ts'

export const PAGE_SIZE = 65_536
const TABLE_GROWTH = 65_536

/** A memory or table, its number of instances, and its limit. */
export interface Clamped extends Bounds {
  readonly kind: 'memory' | 'table'
  readonly module: CoreModule
  /** Its index among the module's own memories or tables. */
  readonly index: number
  readonly instances: number
  /** The maximum written into the module: pages or elements. */
  readonly limit: number
}

/**
 * Decides the maximum of each memory and table of `modules`, within `memoryBytes`.
 * @throws {EnclaveError} E_ADMISSION_MEMORY if the instances and the minimums alone exceed the memory.
 */
export function decideLimits(modules: readonly Instances[], memoryBytes: number): Clamped[] {
  const all = groupModules(modules).flatMap(draftsOf)
  const held = bytesOfInstances(modules)
  const needed = all.reduce((sum, item) => sum + cost(item, item.min), held)
  if (needed > memoryBytes) throw tooSmall(all, held, needed, memoryBytes)
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

/** The host's memory for the instances of `modules`, in addition to their memories and tables. */
export function bytesOfInstances(modules: readonly Instances[]): number {
  return modules.reduce((sum, { module, instances }) => sum + instances * instanceBytes(module), 0)
}

/**
 * A memory or table of a group of identical modules, before its limit is decided. `instances` counts the whole group.
 */
type Draft = { -readonly [key in keyof Omit<Clamped, 'module'>]: Clamped[key] } & {
  readonly group: readonly Instances[]
}

/**
 * Groups identical modules, which get the same limits: after transpiling they cannot be told apart, and the larger
 * limit of one must not apply to all. Compared by `boundsKey` rather than byte by byte, which a hostile component could
 * make slow.
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

/** The bytes of `count` pages or elements in all instances. */
export function cost({ kind, instances }: Pick<Clamped, 'kind' | 'instances'>, count: number): number {
  return instances * count * (kind === 'memory' ? PAGE_SIZE : HOST_BYTES.element)
}

function tooSmall(all: readonly Draft[], held: number, needed: number, memoryBytes: number) {
  const largest = all.toSorted((a, b) => cost(b, b.min) - cost(a, a.min))[0]
  return refusal(
    'E_ADMISSION_MEMORY',
    'the application needs more memory than it was given',
    `${needed} bytes or more`,
    `${memoryBytes} bytes`,
    !largest || cost(largest, largest.min) < held
      ? `most of it is for the exports, imports and functions of its instances: ${held} bytes`
      : `most of it is a ${largest.kind} of ${largest.min} ${largest.kind === 'memory' ? 'pages of 64 KiB' : 'elements'}`,
  )
}
