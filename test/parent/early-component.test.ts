/** The component that is prepared while its image is verified: who compiles its modules. */
import { expect, test } from 'vitest'
import { forgetComponents } from '../../src/hypervisor/components.ts'
import { readBootContents } from '../../src/image/eif/contents.ts'
import { buildImage } from '../../src/image/index.ts'
import { EarlyComponent } from '../../src/parent/early-component.ts'

test('its modules are compiled for a Worker, and not for a process, which compiles its own', async () => {
  const { eif } = await buildImage({ app: { source: '' } })
  for (const isolation of ['worker', 'process'] as const) {
    forgetComponents()
    const early = new EarlyComponent({ memoryMiB: 64, isolation })
    early.begin(await readBootContents(eif))
    const component = await early.component
    await component.modules()
    await expect.poll(() => early.modules !== undefined).toBe(isolation === 'worker')
  }
})
