/** Enclaves beside a KMS. */
import { expect, test } from 'vitest'
import { startService } from '../host/tokenizer.ts'

test('tokens stay the same after a restart', async () => {
  const service = await startService()
  try {
    const first = await service.start()
    const token = await first.tokenize('4111 1111 1111 1111')
    await first.stop()
    const second = await service.start(first.wrapped)
    expect(await second.tokenize('4111 1111 1111 1111')).toBe(token)
  } finally {
    await service.stop()
  }
}, 60_000)

test('the KMS refuses an image with another PCR0', async () => {
  const service = await startService('ab'.repeat(48))
  try {
    await expect(service.start()).rejects.toMatchObject({ code: 'E_KMS_REFUSED' })
  } finally {
    await service.stop()
  }
}, 60_000)
