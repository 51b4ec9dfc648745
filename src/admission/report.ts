/** What admission says about a component, for people: whether to admit it, or what is in an image. */
import { bytesOfInstances, type Clamped, cost, decideLimits } from './clamp.ts'
import { allModules, type Component, readComponent } from './component.ts'
import { countInstances, type Instances } from './instances.ts'
import { type Feature, type Findings, newFindings } from './instructions.ts'
import type { Reading } from './limits.ts'

/** What admission found: for people, and for `query-eif`. */
export interface AdmissionReport {
  readonly imports: readonly string[]
  readonly exports: readonly string[]
  /** Proposals beyond the first version of WebAssembly that the component uses, all on the list. */
  readonly features: readonly Feature[]
  /** Core start functions, which run while the component is instantiated, under the start deadline. */
  readonly startFunctions: number
  readonly memories: readonly BoundsReport[]
  readonly tables: readonly BoundsReport[]
  /** Each limited item: how much there is, how much may be. */
  readonly readings: readonly Reading[]
  /** What the instances and all memories and tables take at the start, and at most. */
  readonly bytes: { readonly min: number; readonly max: number; readonly given: number }
}

/** One memory (in pages of 64 KiB) or table (in elements). */
export interface BoundsReport {
  readonly min: number
  /** What the component declared. */
  readonly declaredMax: number | undefined
  /** What was written into it. */
  readonly max: number
  readonly instances: number
}

/** A report on a component that nobody wants to run yet: no memory is given, and nothing is written. */
export type InspectionReport = Omit<AdmissionReport, 'bytes' | 'memories' | 'tables'> & {
  readonly memories: readonly Omit<BoundsReport, 'max'>[]
  readonly tables: readonly Omit<BoundsReport, 'max'>[]
  /** What the instances and all memories and tables take at the start: the least that an enclave needs for them. */
  readonly minBytes: number
}

/**
 * What is in `component`, whatever it imports and exports and however much memory it wants.
 *
 * @throws {EnclaveError} E_ADMISSION_NOT_COMPONENT, E_ADMISSION_MALFORMED, E_ADMISSION_LIMIT, E_ADMISSION_FEATURE,
 *   E_ADMISSION_NAME.
 * @example
 * inspectComponent(bytes).imports // ['wasi:sockets/tcp@0.2.3']
 */
export function inspectComponent(component: Uint8Array): InspectionReport {
  const findings = newFindings()
  const root = readComponent(component, findings)
  const instances = countInstances(root, findings.tally)
  const given = Number.POSITIVE_INFINITY
  const limits = decideLimits(instances, given)
  const { bytes, memories, tables, ...rest } = makeReport({ root, findings, instances, limits, given })
  const declared = ({ max: _, ...found }: BoundsReport) => found
  return { ...rest, memories: memories.map(declared), tables: tables.map(declared), minBytes: bytes.min }
}

/** What a report is made from. */
interface Admission {
  readonly root: Component
  readonly findings: Findings
  readonly instances: readonly Instances[]
  readonly limits: readonly Clamped[]
  readonly given: number
}

/** The report on a component. */
export function makeReport({ root, findings, instances, limits, given }: Admission): AdmissionReport {
  const of = (kind: Clamped['kind']) =>
    limits
      .filter((item) => item.kind === kind)
      .map(({ min, max, limit, instances }) => ({ min, declaredMax: max, max: limit, instances }))
  const held = bytesOfInstances(instances)
  const sum = (size: (item: Clamped) => number) =>
    limits.reduce((total, item) => total + cost(item, size(item)), held)
  return {
    imports: root.imports.map(({ name }) => name),
    exports: root.exports.map(({ name }) => name),
    features: [...findings.features].sort(),
    startFunctions: allModules(root).filter(({ hasStart }) => hasStart).length,
    memories: of('memory'),
    tables: of('table'),
    readings: findings.tally.readings,
    bytes: { min: sum(({ min }) => min), max: sum(({ limit }) => limit), given },
  }
}
