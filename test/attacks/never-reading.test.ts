/** If a guest never reads, its writer must wait once the guest's buffer is full, and the host buffers nothing more. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const CHUNK = 65536
const BUFFER = 1048576

attack('never reading', async (arena) => {
  const enclave = await arena.start('never-reads.ts')
  const socket = await enclave.connect(5000)
  const writer = socket.writable.getWriter()
  const writing = (async () => {
    for (;;) await writer.write(new Uint8Array(CHUNK))
  })()
  const reset = expect(writing).rejects.toMatchObject({ code: 'E_VSOCK_RESET' })
  // These calls give the writer time to fill the buffer.
  for (let count = 0; count < 30; count++) await arena.bystander.run('return 0')
  expect(socket.bytesSent).toBeLessThanOrEqual(BUFFER)
  // The control: the writer did send something.
  expect(socket.bytesSent).toBeGreaterThan(0)
  await enclave.stop()
  await reset
})
