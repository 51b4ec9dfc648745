/** The output of a guest cannot control the terminal that shows it. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('printing escape sequences', async (arena) => {
  const enclave = await arena.start('escapes.ts', { debug: true })
  await enclave.exited
  const output = enclave.console()
  expect(output).toContain('\\u001b[2J')
  expect(output).toContain('\\u202e')
  expect(output.replaceAll('\n', '').replaceAll('\t', '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
  // The control: other text is unchanged.
  expect(output).toContain('plain\ttext, naïve 漢字')
  // Without debug mode the console cannot be read.
  const normal = await arena.start('escapes.ts')
  await normal.exited
  expect(() => normal.console()).toThrow(expect.objectContaining({ code: 'E_CONSOLE_MODE' }))
})
