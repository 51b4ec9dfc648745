/** Helpers for the admission tests: components from WebAssembly text, and expected errors. */
import { parse, print } from '@bytecodealliance/jco-transpile/wasm-tools'
import { allModules, readComponent } from '../../src/admission/component.ts'
import { type AdmitOptions, type Admitted, admit, limitModules } from '../../src/admission/index.ts'
import { newFindings } from '../../src/admission/instructions.ts'
import type { Bytes } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'

export const MIB: number = 1024 * 1024

/** The memory that admission counts for an instance with one exported function: 4,096 + 24 + 416 bytes. */
export const HELD = 4536

/** Assembles WebAssembly text of a component or a module. */
export async function wat(source: string): Promise<Uint8Array> {
  return parse(source)
}

export async function toWat(bytes: Uint8Array): Promise<string> {
  return print(bytes)
}

/**
 * A command component with one core module, which has `moduleFields` and a function `run`. `more` comes first, for
 * imports and definitions of the component.
 */
export function command(moduleFields: string, more = ''): Promise<Uint8Array> {
  return wat(`(component
    ${more}
    (core module $m ${moduleFields} (func (export "run") (result i32) i32.const 0))
    (core instance $i (instantiate $m))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $run (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $run)))`)
}

export function admitted(component: Uint8Array, options: Partial<AdmitOptions> = {}): Admitted {
  return admit(component, { memoryBytes: 64 * MIB, ...options })
}

/** The unchanged core modules of `component` and its nested components. */
export function coreModulesOf(component: Uint8Array): Map<string, Bytes> {
  const modules = allModules(readComponent(component, newFindings()))
  return new Map(modules.map(({ start, end }, at) => [`core${at}.wasm`, component.slice(start, end)]))
}

/** The core modules of `component`, with the limits that admission gives them. */
export function limitedModules(component: Uint8Array, options: Partial<AdmitOptions> = {}): Bytes[] {
  return [...limitModules(coreModulesOf(component), admitted(component, options).limits).values()]
}

/** The EnclaveError that `admit` throws; any other outcome fails the test. */
export function refused(component: Uint8Array, options: Partial<AdmitOptions> = {}): EnclaveError {
  try {
    admitted(component, options)
  } catch (error) {
    if (error instanceof EnclaveError) return error
    throw error
  }
  throw new Error('it was admitted')
}
