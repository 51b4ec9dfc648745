/** A br_table with very many branches is refused. */
import { expect } from 'vitest'
import { attack, component } from './arena.ts'

const withBranches = (count: number) =>
  component(
    `(func (export "run") (result i32) (block (br_table${' 0'.repeat(count)} (i32.const 0))) (i32.const 0))`,
  )

attack('a br_table bomb', async (arena) => {
  const bomb = await arena.outcomeOf(await withBranches(100_000))
  expect(bomb).toMatchObject({ refused: 'E_ADMISSION_LIMIT' })
  // The control: a large switch is fine.
  expect(await arena.outcomeOf(await withBranches(1000))).toMatchObject({ ended: { status: 0 } })
})
