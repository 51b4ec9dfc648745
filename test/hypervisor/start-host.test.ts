/** The Worker that was started in advance for an enclave, if the enclave does not start. */
import { expect, test, vi } from 'vitest'
import type { RunnableComponent } from '../../src/hypervisor/components.ts'
import { type HostOptions, startHost } from '../../src/hypervisor/start-host.ts'
import type { WaitingWorker } from '../../src/platform/worker.ts'

const failure = new Error('cannot be compiled')

function hostOf(worker: Partial<WaitingWorker>, modules: () => Promise<unknown>): Promise<unknown> {
  const component = {
    prepared: { glue: '', moduleBytes: new Map() },
    modules,
  } as unknown as RunnableComponent
  const boot = { files: new Map() } as unknown as HostOptions['boot']
  const takeWaiting = async () => worker as WaitingWorker
  return startHost({ kernel: '', component, boot, takeWaiting })
}

test('it ends if the modules cannot be compiled', async () => {
  const terminate = vi.fn(async () => {})
  await expect(hostOf({ terminate }, () => Promise.reject(failure))).rejects.toBe(failure)
  expect(terminate).toHaveBeenCalledOnce()
})

test('it ends if it cannot be sent its program', async () => {
  const terminate = vi.fn(async () => {})
  const post = () => {
    throw failure
  }
  await expect(hostOf({ terminate, post }, async () => new Map())).rejects.toBe(failure)
  expect(terminate).toHaveBeenCalledOnce()
})
