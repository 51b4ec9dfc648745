/** get_random(2^32-1), read(2^32-1) and their like never make the host allocate what was asked for. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('asking for 4 GiB', async (arena) => {
  using _ = arena.parent.listen(8000, async (socket) => {
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(200_000))
  })
  const enclave = await arena.start('greedy.ts', { debug: true })
  expect(await enclave.exited).toMatchObject({ kind: 'trapped' })
  const said = enclave.console()
  expect(said).toContain('qtsm input-too-large')
  // The control: a length within the limit is served.
  expect(said).toContain('qtsm-control 32')
  expect(Number(/read (\d+)/.exec(said)?.[1])).toBeLessThanOrEqual(65536)
  expect(said).not.toMatch(/random \d/)
})
