/** A module that would keep the compiler busy is refused because of its counts and sizes, before it is compiled. */
import { expect } from 'vitest'
import { attack, component } from './arena.ts'

const RUN = '(func (export "run") (result i32) (i32.const 0))'
const body = (count: number) => `(func ${'(drop (i32.const 1)) '.repeat(count)})`
const locals = (count: number) => `(func (local${' i64'.repeat(count)}))`

attack('a compile bomb', async (arena) => {
  for (const bomb of [body(400_000), locals(30_000), '(func) '.repeat(100_001)]) {
    expect(await arena.outcomeOf(await component(`${bomb} ${RUN}`))).toMatchObject({
      refused: 'E_ADMISSION_LIMIT',
    })
  }
  // The control: a tenth of each is fine.
  for (const modest of [body(40_000), locals(3000), '(func) '.repeat(10_000)]) {
    expect(await arena.outcomeOf(await component(`${modest} ${RUN}`))).toMatchObject({ ended: { status: 0 } })
  }
})
