/** What one enclave draws says nothing of what another draws: the same program, twice, differs everywhere. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('another enclave’s randomness', async (arena) => {
  const draw = async () => {
    const enclave = await arena.start('draw.ts', { debug: true })
    await enclave.exited
    return enclave.console().trim().split('\n')
  }
  const [left, right] = await Promise.all([draw(), draw()])
  expect(left).toHaveLength(4)
  left.forEach((line, at) => {
    expect(line).not.toBe(right[at])
  })
})
