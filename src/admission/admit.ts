/**
 * Admission: reads a component before anything compiles it, in linear time and bounded memory, and either refuses it or
 * decides how large each of its memories and tables may become. Input is hostile.
 */
import type { Bytes } from '../base/bytes.ts'
import { ByteReader } from './byte-reader.ts'
import { type Clamped, decideLimits } from './clamp.ts'
import { allModules, readComponent } from './component.ts'
import { type CoreModule, readCoreModule } from './core-module.ts'
import { countInstances, type Instances } from './instances.ts'
import { newFindings } from './instructions.ts'
import { checkInterfaces } from './interfaces.ts'
import { limitsByKey, type ModuleLimits } from './limit-modules.ts'
import { checkMachineCode } from './machine-code.ts'
import { refusal } from './refusal.ts'
import { type AdmissionReport, makeReport } from './report.ts'
import { rewriteModule } from './rewrite.ts'
import { checkExports, checkImports, RUN } from './world.ts'

export interface AdmitOptions {
  /** Maximum bytes of all memories, tables and instances together. */
  readonly memoryBytes: number
  /** Additional allowed imports, such as the engine's private ones, by their full names. @default none */
  readonly allowedImports?: readonly string[]
  /** The required export; if it has no patch version, any patch version will do. @default 'wasi:cli/run@0.2' */
  readonly requiredExport?: string
  /**
   * Whether the caller enforces a deadline during instantiation. Core start functions run during instantiation, so
   * without a deadline a component that has any is refused. @default false
   */
  readonly startDeadline?: boolean
}

export interface Admitted {
  /** The maximum of each memory and table, for `limitModules`. */
  readonly limits: ModuleLimits
  readonly report: AdmissionReport
}

/** All that the limits of a component or core module depend on, as plain values that can be stored. */
export interface Survey {
  readonly instances: readonly Instances[]
  /** Bytes of machine code, at most. */
  readonly machineCode: number
}

/**
 * Reads and checks `component`, and decides how large its memories and tables may become.
 *
 * @throws {EnclaveError} E_ADMISSION_NOT_COMPONENT, E_ADMISSION_MALFORMED, E_ADMISSION_LIMIT, E_ADMISSION_FEATURE,
 *   E_ADMISSION_NAME, E_ADMISSION_IMPORT, E_ADMISSION_EXPORT, E_ADMISSION_START, E_ADMISSION_MEMORY.
 * @example
 * const { limits, report } = admit(bytes, { memoryBytes: 64 * 1024 * 1024 })
 * report.imports // ['wasi:cli/stdout@0.2.0', …]
 */
export function admit(component: Uint8Array, options: AdmitOptions): Admitted {
  const { root, findings, instances } = read(component, options)
  const limits = decide({ instances, machineCode: findings.machineCode }, options.memoryBytes)
  validateModules(component, allModules(root))
  return {
    limits: limitsByKey(limits),
    report: makeReport({ root, findings, instances, limits, given: options.memoryBytes }),
  }
}

/**
 * Reads and checks `component` as `admit` does, for any memory.
 * @throws {EnclaveError} the errors of `admit` except E_ADMISSION_MEMORY.
 */
export function surveyComponent(component: Uint8Array, options: Omit<AdmitOptions, 'memoryBytes'>): Survey {
  const { root, findings, instances } = read(component, options)
  validateModules(component, allModules(root))
  return { instances, machineCode: findings.machineCode }
}

/** The limits of a surveyed component within `memoryBytes`. @throws {EnclaveError} E_ADMISSION_MEMORY. */
export function limitsOf(survey: Survey, memoryBytes: number): ModuleLimits {
  return limitsByKey(decide(survey, memoryBytes))
}

/**
 * Reads and checks the stand-alone core module `module`, which must not import anything or have a start function.
 *
 * @throws {EnclaveError} the errors of `surveyComponent`; E_ADMISSION_IMPORT for any import.
 */
export function surveyModule(module: Uint8Array): Survey {
  const survey = readModule(module)
  validateModules(module, [survey.instances[0]!.module])
  return survey
}

/** Clamps a surveyed stand-alone module within `memoryBytes`. @throws {EnclaveError} E_ADMISSION_MEMORY. */
export function clampModule(module: Uint8Array, survey: Survey, memoryBytes: number): Bytes {
  return rewriteModule(module, survey.instances[0]!.module, decide(survey, memoryBytes))
}

/**
 * Reads, checks and clamps the stand-alone core module `module`, which must not import anything or have a start
 * function.
 *
 * @throws {EnclaveError} the errors of `admit`; E_ADMISSION_IMPORT for any import.
 */
export function admitModule(module: Uint8Array, { memoryBytes }: Pick<AdmitOptions, 'memoryBytes'>): Bytes {
  const survey = readModule(module)
  const clamped = clampModule(module, survey, memoryBytes)
  validateModules(module, [survey.instances[0]!.module])
  return clamped
}

function read(component: Uint8Array, options: Omit<AdmitOptions, 'memoryBytes'>) {
  const findings = newFindings()
  const root = readComponent(component, findings)
  const instances = countInstances(root, findings.tally)
  checkImports(root.imports, options.allowedImports ?? [])
  checkInterfaces(root.imports)
  checkExports(root.exports, options.requiredExport ?? RUN)
  checkStart(allModules(root), options.startDeadline ?? false)
  return { root, findings, instances }
}

function readModule(module: Uint8Array): Survey {
  const findings = newFindings()
  findings.tally.most('bytes of the component', module.byteLength)
  const core = readCoreModule(new ByteReader(module), findings)
  checkStart([core], false)
  if (core.size.imports > 0) {
    throw refusal('E_ADMISSION_IMPORT', 'the core module has imports', 'none', core.size.imports)
  }
  return { instances: [{ module: core, instances: 1 }], machineCode: findings.machineCode }
}

function decide({ instances, machineCode }: Survey, memoryBytes: number): Clamped[] {
  const limits = decideLimits(instances, memoryBytes)
  checkMachineCode(machineCode, memoryBytes)
  return limits
}

/** @throws {EnclaveError} E_ADMISSION_START */
function checkStart(modules: readonly CoreModule[], deadline: boolean): void {
  const count = modules.filter(({ hasStart }) => hasStart).length
  if (count === 0 || deadline) return
  throw refusal(
    'E_ADMISSION_START',
    'the component has core start functions, which run during instantiation',
    'none, or a caller that enforces a deadline during instantiation',
    count,
  )
}

/**
 * Types inside function bodies are checked by the runtime's own validator, which generates no code. The limits have
 * been checked, so nothing in the module is large enough to overload it.
 */
function validateModules(bytes: Uint8Array, modules: readonly CoreModule[]): void {
  for (const { start, end } of modules) {
    if (WebAssembly.validate(bytes.slice(start, end))) continue
    throw refusal(
      'E_ADMISSION_MALFORMED',
      `the core module at byte ${start} is not valid WebAssembly`,
      'a module that this runtime accepts',
      `${end - start} bytes that it rejects`,
    )
  }
}
