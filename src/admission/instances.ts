/**
 * How often each core module of a component comes to life, and what the host holds for one such instance beside its
 * memories and tables. That counts as the enclave's memory like they do: a module of many exports is small, and a
 * hundred instances of it are not.
 */
import type { Component } from './component.ts'
import type { CoreModule, ModuleSize } from './core-module.ts'
import { LIMITS, type Tally } from './limits.ts'
import { refusal } from './refusal.ts'

/** A module and how often it comes to life. */
export interface Instances {
  readonly module: CoreModule
  readonly instances: number
}

/**
 * Bytes that V8 holds for an instance and for each thing in it, rounded up (`npm run -s bench -- admission` measures
 * them). An element of a table that a segment fills costs twice what an empty one does; each is taken for one.
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

/** What the host holds for one instance of `module`, without its memories and tables. */
export function instanceBytes({ size }: CoreModule): number {
  let bytes = HOST_BYTES.instance
  for (const [item, count] of Object.entries(size) as [keyof ModuleSize, number][])
    bytes += count * HOST_BYTES[item]
  return bytes
}

/**
 * Every module of `root`, each with the number of its instances. What a component holds is counted once more for each
 * time that it is instantiated, for it is transpiled as often.
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
