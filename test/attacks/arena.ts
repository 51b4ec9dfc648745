/**
 * Runs attacks: a parent instance with the attacking enclave, in a Worker or a process. Another enclave beside it, the
 * bystander, is called throughout and must always answer.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { EnclaveError } from '../../src/base/error.ts'
import { type BuildOptions, buildImage } from '../../src/image/index.ts'
import {
  createParent,
  type Enclave,
  type EndReason,
  type Parent,
  type StartOptions,
} from '../../src/parent/index.ts'
import { fromText } from '../support/components.ts'
import { Laboratory } from '../support/laboratory.ts'

export const MEMORY_MIB = 64
/** Milliseconds between two calls of the bystander, so that the attack gets most of the CPU time. */
const CALL_INTERVAL = 20

const hostile = (name: string) => fileURLToPath(new URL(`../../guests/hostile/${name}`, import.meta.url))

/** The source of a hostile guest. */
export const hostileText = (name: string): string => readFileSync(hostile(name), 'utf8')

/** The outcome of an attack: its enclave was refused with a code, or ended for a reason. */
export type Outcome = { refused: string; error: EnclaveError } | { ended: EndReason }

/** The parent instance of the attacker, and the bystander. */
export class Arena {
  readonly parent: Parent
  readonly isolation: 'worker' | 'process'
  readonly bystander: Laboratory

  constructor(parent: Parent, isolation: 'worker' | 'process', bystander: Laboratory) {
    this.parent = parent
    this.isolation = isolation
    this.bystander = bystander
  }

  /** Starts a hostile guest: a `.wat` or `.ts` file of guests/hostile, or a component. */
  async start(
    guest: string | Uint8Array,
    options: Partial<StartOptions & BuildOptions> = {},
  ): Promise<Enclave> {
    const app =
      typeof guest !== 'string'
        ? { component: guest }
        : guest.endsWith('.wat')
          ? { component: await fromText(hostileText(guest)) }
          : { path: hostile(guest) }
    const { debug, cpuLimit, startTimeout, fineClock = false, ...building } = options
    const { eif } = await buildImage({ ...building, app })
    return this.parent.start(eif, {
      vcpus: 1,
      memoryMiB: MEMORY_MIB,
      isolation: this.isolation,
      fineClock,
      ...(debug !== undefined && { debug }),
      ...(cpuLimit !== undefined && { cpuLimit }),
      ...(startTimeout !== undefined && { startTimeout }),
    })
  }

  /** Starts a hostile guest and waits for its end. */
  async outcomeOf(
    guest: string | Uint8Array,
    options: Partial<StartOptions & BuildOptions> = {},
  ): Promise<Outcome> {
    try {
      const enclave = await this.start(guest, options)
      return { ended: await enclave.exited }
    } catch (error) {
      return { refused: (error as EnclaveError).code, error: error as EnclaveError }
    }
  }
}

/** Defines a test that runs an attack in both isolations of Node, while the bystander is called. */
export function attack(title: string, perform: (arena: Arena) => Promise<void>): void {
  describe.each(['worker', 'process'] as const)(`${title}, in a %s`, (isolation) => {
    test('is contained, and another enclave is served throughout', async () => {
      await using bystander = await Laboratory.open()
      await using parent = await createParent({ vcpus: 8, memoryMiB: 1024 })
      let over = false
      const performed = perform(new Arena(parent, isolation, bystander)).finally(() => {
        over = true
      })
      // A failure is reported by the `await` below.
      performed.catch(() => {})
      let served = 0
      while (!over) {
        expect(await bystander.run(`return ${served} + 1`)).toBe(served + 1)
        served += 1
        await Promise.race([performed, pause(CALL_INTERVAL)]).catch(() => {})
      }
      await performed
      expect(await bystander.run('return "still here"')).toBe('still here')
      expect(served).toBeGreaterThan(0)
    })
  })
}

/** A component with one core module, whose `run` returns 0 or 1. */
export function component(core: string, imports = '', instantiation = ''): Promise<Uint8Array<ArrayBuffer>> {
  return fromText(`(component
    ${imports}
    (core module $m ${core})
    (core instance $i (instantiate $m ${instantiation}))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $runs (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $runs)))`)
}
