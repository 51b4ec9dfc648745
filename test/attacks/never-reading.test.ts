/** A guest that never reads stops its writer at the buffer, and nothing is held beyond it. */
import { expect } from 'vitest'
import { attack } from './arena.ts'

const CHUNK = 65536
const BUFFER = 262144

attack('never reading', async (arena) => {
  const enclave = await arena.start('never-reads.ts')
  const socket = await enclave.connect(5000)
  const writer = socket.writable.getWriter()
  const writing = (async () => {
    for (;;) await writer.write(new Uint8Array(CHUNK))
  })()
  const refused = expect(writing).rejects.toMatchObject({ code: 'E_VSOCK_RESET' })
  // Conversations with the bystander give the writer time to get as far as it can.
  for (let count = 0; count < 30; count++) await arena.bystander.run('return 0')
  expect(socket.bytesSent).toBeLessThanOrEqual(BUFFER)
  // The control: it did get that far.
  expect(socket.bytesSent).toBeGreaterThan(0)
  await enclave.stop()
  await refused
})
