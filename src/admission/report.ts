/** Reports about a component: on its admission, or for inspecting an image. */
import { bytesOfInstances, type Clamped, cost, decideLimits } from './clamp.ts'
import { allModules, type Component, readComponent } from './component.ts'
import { countInstances, type Instances } from './instances.ts'
import { type Feature, type Findings, newFindings } from './instructions.ts'
import type { Reading } from './limits.ts'

/** The report of an admission. */
export interface AdmissionReport {
  readonly imports: readonly string[]
  readonly exports: readonly string[]
  /** The proposals beyond the first version of WebAssembly that the component uses; all of them are allowed. */
  readonly features: readonly Feature[]
  /** The number of core start functions, which run during instantiation, under the start deadline. */
  readonly startFunctions: number
  readonly memories: readonly BoundsReport[]
  readonly tables: readonly BoundsReport[]
  /** Each limited item with its number and its limit. */
  readonly readings: readonly Reading[]
  /** The memory of instances, memories and tables at the start, and its maximum. */
  readonly bytes: { readonly min: number; readonly max: number; readonly given: number }
}

/** One memory (in pages of 64 KiB) or table (in elements). */
export interface BoundsReport {
  readonly min: number
  /** The maximum that the component declares. */
  readonly declaredMax: number | undefined
  /** The maximum that is written into the module. */
  readonly max: number
  readonly instances: number
}

/** The report on a component that is only inspected: without memory limits. */
export type InspectionReport = Omit<AdmissionReport, 'bytes' | 'memories' | 'tables'> & {
  readonly memories: readonly Omit<BoundsReport, 'max'>[]
  readonly tables: readonly Omit<BoundsReport, 'max'>[]
  /** The memory of instances, memories and tables at the start, which an enclave needs at least. */
  readonly minBytes: number
}

/**
 * Inspects `component`, whatever it imports and exports and however much memory it needs.
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

/** The input of a report. */
interface Admission {
  readonly root: Component
  readonly findings: Findings
  readonly instances: readonly Instances[]
  readonly limits: readonly Clamped[]
  readonly given: number
}

/** Makes the report on a component. */
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
