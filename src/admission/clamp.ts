/**
 * Decides the maximum of every memory and table, so that all together never exceed what the enclave was given.
 *
 * The policy: what the host holds for instances is taken off first. Every memory and table keeps its minimum. A table may
 * grow up to 65,536 elements, as far as there is room. All pages left over go to the memory with the largest minimum, which is the
 * application's heap; what that cannot use by its own declared maximum goes to the next. A declared maximum is never
 * raised. Only definitions get one: an imported memory or table is some other module's definition, and since maximums
 * only ever go down, whatever linked before links still.
 */
import { type Bounds, boundsKey } from './bounds.ts'
import type { CoreModule } from './core-module.ts'
import { HOST_BYTES, type Instances, instanceBytes } from './instances.ts'
import { refusal } from './refusal.ts'

export const PAGE_SIZE = 65_536
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
 * The maximum of each memory and table of `modules`, within `memoryBytes`.
 * @throws {EnclaveError} E_ADMISSION_MEMORY where the instances and the minimums alone do not fit.
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

/** What the host holds for the instances of `modules`, beside their memories and tables. */
export function bytesOfInstances(modules: readonly Instances[]): number {
  return modules.reduce((sum, { module, instances }) => sum + instances * instanceBytes(module), 0)
}

/** A memory or table of every module of a group, before it is decided on. `instances` are the group's. */
type Draft = { -readonly [key in keyof Omit<Clamped, 'module'>]: Clamped[key] } & {
  readonly group: readonly Instances[]
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

/** Bytes of `count` pages or elements in every instance. */
export function cost({ kind, instances }: Pick<Clamped, 'kind' | 'instances'>, count: number): number {
  return instances * count * (kind === 'memory' ? PAGE_SIZE : HOST_BYTES.element)
}

function tooSmall(all: readonly Draft[], held: number, needed: number, memoryBytes: number) {
  const largest = all.toSorted((a, b) => cost(b, b.min) - cost(a, a.min))[0]
  return refusal(
    'E_ADMISSION_MEMORY',
    'the application does not fit into the memory it was given',
    `${needed} bytes or more`,
    `${memoryBytes} bytes`,
    !largest || cost(largest, largest.min) < held
      ? `Its largest part are the exports, imports and functions of its instances: ${held} bytes.`
      : `Its largest part is a ${largest.kind} of ${largest.min} ${largest.kind === 'memory' ? 'pages of 64 KiB' : 'elements'}.`,
  )
}
