/** Calls such as get_random(2^32-1) and read(2^32-1) never make the host allocate that much. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('requesting 4 GiB', async (arena) => {
  using _ = arena.parent.listen(8000, async (socket) => {
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(200_000))
  })
  const enclave = await arena.start('greedy.ts', { debug: true })
  expect(await enclave.exited).toMatchObject({ kind: 'trapped' })
  const output = enclave.console()
  expect(output).toContain('qtsm input-too-large')
  // The control: a length within the limit is served.
  expect(output).toContain('qtsm-control 32')
  expect(Number(/read (\d+)/.exec(output)?.[1])).toBeLessThanOrEqual(65536)
  expect(output).not.toMatch(/random \d/)
})
