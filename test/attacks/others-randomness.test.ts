/** The random numbers of one enclave reveal nothing about another's: the same program draws different ones each time. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('predicting another enclave’s random numbers', async (arena) => {
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
