/** Connecting to a program that may not listen yet. */
import { expect, test } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { connectWhenReady } from '../../src/parent/connect-when-ready.ts'
import type { VsockSocket } from '../../src/parent/index.ts'

const refused = () => Promise.reject(new EnclaveError('E_VSOCK_REFUSED', { what: 'nothing listens' }))
const socket = {} as VsockSocket

test('tries again while it is refused', async () => {
  const answers = [refused, refused, async () => socket]
  expect(await connectWhenReady(() => answers.shift()!(), 60_000)).toBe(socket)
})

test.each([0, -1, Number.NaN])('ends with the refusal after a timeout of %s', async (timeout) => {
  await expect(connectWhenReady(refused, timeout)).rejects.toMatchObject({ code: 'E_VSOCK_REFUSED' })
})

test('does not try again after another error, or when its signal aborts', async () => {
  const failing = () => Promise.reject(new EnclaveError('E_VSOCK_CLOSED', { what: 'it has ended' }))
  await expect(connectWhenReady(failing, 60_000)).rejects.toMatchObject({ code: 'E_VSOCK_CLOSED' })
  const controller = new AbortController()
  const waiting = connectWhenReady(refused, 60_000, controller.signal)
  controller.abort(new Error('mine'))
  await expect(waiting).rejects.toThrow('mine')
})
