/**
 * Counts the instances of each core module of a component, and estimates the host's memory for an instance in addition
 * to its memories and tables. That memory counts as the enclave's too: a module with many exports is small, but a
 * hundred instances of it are not.
 */
import type { Component } from './component.ts'
import type { CoreModule, ModuleSize } from './core-module.ts'
import { LIMITS, type Tally } from './limits.ts'
import { refusal } from './refusal.ts'

/** A module and its number of instances. */
export interface Instances {
  readonly module: CoreModule
  readonly instances: number
}

/**
 * Bytes that V8 needs for an instance and for each item in it, rounded up (`npm run -s bench -- admission` measures
 * them). A table element that a segment fills costs twice as much as an empty one; every element is counted as filled.
 */
export const HOST_BYTES: Readonly<Record<keyof ModuleSize | 'instance' | 'element', number>> = {
  instance: 4096,
  element: 56,
  exports: 416,
  imports: 208,
  functions: 24,
  globals: 16,
  segments: 16,
}

/** The host's memory for one instance of `module`, without its memories and tables. */
export function instanceBytes({ size }: CoreModule): number {
  let bytes = HOST_BYTES.instance
  for (const [item, count] of Object.entries(size) as [keyof ModuleSize, number][])
    bytes += count * HOST_BYTES[item]
  return bytes
}

/**
 * Every module of `root` with the number of its instances. The items of a component are counted once per instance,
 * because it is transpiled once per instance.
 * @throws {EnclaveError} E_ADMISSION_LIMIT
 */
export function countInstances(root: Component, tally: Tally): Instances[] {
  const found: Instances[] = []
  const walk = (component: Component, times: number) => {
    tally.add('items of component instances', times * component.items)
    component.modules.forEach((module, at) => {
      const instances = multiply(times, component.moduleInstances[at]!)
      tally.add('core instances', instances)
      found.push({ module, instances })
    })
    component.components.forEach((child, at) => {
      walk(child, multiply(times, component.componentInstances[at]!))
    })
  }
  walk(root, 1)
  return found
}

/** Nested components can multiply instances at every level, so the product is checked against the limit. */
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
