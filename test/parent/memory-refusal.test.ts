/** A component that does not fit says so in MiB, and with that much it fits. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Bytes } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'
import { buildImage } from '../../src/image/index.ts'
import { createParent } from '../../src/parent/index.ts'
import { withMiB } from '../../src/parent/memory-refusal.ts'
import { command } from '../support/components.ts'

/** What is left for modules: seven eighths of the memory, less 1000 bytes. */
const memoryOf = (memoryMiB: number) => memoryMiB * 1024 * 1024 * (7 / 8) - 1000
const refusal = (expected: string, got: string) =>
  new EnclaveError('E_ADMISSION_MEMORY', { what: 'too small', expected, got, hint: 'why' })

describe('the least memory', () => {
  test.each([1, 0.75, 0.25])('is right for a module that gets %d of it', (part) => {
    for (const least of [5, 12, 100]) {
      const needed = Math.floor(memoryOf(least) * part)
      const error = refusal(`${needed} bytes or more`, `${Math.floor(memoryOf(4) * part)} bytes`)
      const found = withMiB(error, 4, memoryOf) as EnclaveError
      expect(found.expected).toBe(`${needed} bytes or more, as in an enclave of at least ${least} MiB`)
      expect(found.got).toBe(`${Math.floor(memoryOf(4) * part)} bytes of an enclave of 4 MiB (4194304 bytes)`)
      expect([found.what, found.hint, found.cause]).toEqual(['too small', 'why', error])
    }
  })

  test('is not guessed: other errors stay as they are', () => {
    for (const error of [
      new Error('x'),
      new EnclaveError('E_ADMISSION_LIMIT', { what: 'a', expected: '1 bytes', got: '2 bytes' }),
      refusal('much more', '1 bytes'),
    ])
      expect(withMiB(error, 4, memoryOf)).toBe(error)
  })
})

describe('an image', () => {
  let eif: Bytes

  beforeAll(async () => {
    const app = { component: await command('i32.const 0', { memory: '(memory 200)' }) }
    eif = (await buildImage({ app })).eif
  })

  test('starts with as much as the error asks for, and not with less', async () => {
    await using parent = await createParent({ vcpus: 1, memoryMiB: 256 })
    const start = (memoryMiB: number) => parent.start(eif, { vcpus: 1, memoryMiB })
    const refused = (memoryMiB: number) =>
      start(memoryMiB).then(
        () => 'started',
        (error: EnclaveError) => error.expected,
      )
    const least = Number(/at least (\d+) MiB$/.exec((await refused(4)) ?? '')?.[1])
    expect(least).toBeGreaterThan(12)
    expect(await refused(least - 1)).toContain(`at least ${least} MiB`)
    await (await start(least)).stop()
  })
})
