/** Many memories together cannot exceed the enclave's memory. */
import { expect } from 'vitest'
import { fromText } from '../support/components.ts'
import { type Arena, attack } from './arena.ts'

/** A component of `count` instances, each with a memory of 10 MiB. */
const withMemories = (count: number) =>
  fromText(`(component
    (core module $m (memory 160))
    ${'(core instance (instantiate $m)) '.repeat(count)}
    (core module $r (func (export "run") (result i32) (i32.const 0)))
    (core instance $i (instantiate $r))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $runs (export "run" (func $run)))
    (export "wasi:cli/run@0.2.0" (instance $runs)))`)

const outcome = async (arena: Arena, count: number) => arena.outcomeOf(await withMemories(count))

attack('many memories', async (arena) => {
  expect(await outcome(arena, 200)).toMatchObject({ refused: 'E_ADMISSION_MEMORY' })
  expect(await outcome(arena, 3000)).toMatchObject({ refused: 'E_ADMISSION_LIMIT' })
  // The control: as many as fit are admitted.
  expect(await outcome(arena, 4)).toEqual({ ended: { kind: 'exited', status: 0 } })
})
