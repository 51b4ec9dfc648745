/** What a guest prints cannot steer the terminal of whoever reads it. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('printing escape sequences', async (arena) => {
  const enclave = await arena.start('escapes.ts', { debug: true })
  await enclave.exited
  const said = enclave.console()
  expect(said).toContain('\\u001b[2J')
  expect(said).toContain('\\u202e')
  expect(said.replaceAll('\n', '').replaceAll('\t', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
  // The control: honest text is as it was.
  expect(said).toContain('plain\ttext, naïve 漢字')
  // Outside debug mode there is nothing to read at all.
  const normal = await arena.start('escapes.ts')
  await normal.exited
  expect(() => normal.console()).toThrow(expect.objectContaining({ code: 'E_CONSOLE_MODE' }))
})
