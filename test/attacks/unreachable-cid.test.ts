/** An enclave can connect only to its parent: not to another enclave, and not to a reserved CID. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

attack('reaching another CID', async (arena) => {
  using _ = arena.parent.listen(5000, (socket) => socket.close())
  const victim = await arena.start('listener.ts')
  const enclave = await arena.start('reach.ts', { debug: true, args: [String(victim.cid)] })
  expect(await enclave.exited).toEqual({ kind: 'exited', status: 0 })
  const output = enclave.console()
  for (const cid of [0, 1, 2, victim.cid, enclave.cid, 0xffffffff])
    expect(output).toContain(`${cid} unreachable`)
  // The control: the parent is reached.
  expect(output).toContain('3 reached')
  expect(victim.state).toBe('running')
})
