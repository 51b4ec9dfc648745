/** A strict parent instance enforces the limits of its cloud, with the cloud's own messages. */
import { expect, test } from 'vitest'
import { createParent } from '../../src/parent/index.ts'
import { laboratoryImage } from '../support/laboratory.ts'

test.each([
  ['qingtian', 127, 'Load image failure because provided memory is too small.'],
  [
    'nitro',
    63,
    'User provided `memory` is 63 MB, but based on the EIF file size, the minimum memory should be 64 MB',
  ],
] as const)('%s refuses %i MiB with the cloud’s own message', async (profile, memoryMiB, text) => {
  const { eif } = await laboratoryImage()
  await using strict = await createParent({ vcpus: 2, memoryMiB: 512, profile, strict: true })
  await expect(strict.start(eif, { vcpus: 1, memoryMiB })).rejects.toMatchObject({
    code: 'E_CLOUD_MEMORY',
    message: expect.stringContaining(text),
  })
  await strict.start(eif, { vcpus: 1, memoryMiB: memoryMiB + 1 })
})

test('an image needs four times its size as memory', async () => {
  const large = { size: 33 * 1024 * 1024, read: async (_: number, length: number) => new Uint8Array(length) }
  await using strict = await createParent({ vcpus: 2, memoryMiB: 512, strict: true })
  await expect(strict.start(large, { vcpus: 1, memoryMiB: 128 })).rejects.toMatchObject({
    code: 'E_CLOUD_MEMORY',
    expected: expect.stringContaining('at least 132 MiB'),
  })
})

test('qingtian allows at most two enclaves, and another one once one has stopped', async () => {
  const { eif } = await laboratoryImage()
  await using strict = await createParent({ vcpus: 4, memoryMiB: 1024, strict: true })
  const first = await strict.start(eif, { vcpus: 1, memoryMiB: 128 })
  await strict.start(eif, { vcpus: 1, memoryMiB: 128 })
  await expect(strict.start(eif, { vcpus: 1, memoryMiB: 128 })).rejects.toMatchObject({
    code: 'E_CLOUD_ENCLAVES',
  })
  await first.stop()
  await strict.start(eif, { vcpus: 1, memoryMiB: 128 })
})
