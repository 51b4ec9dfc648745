/** The minimum memory and maximum number of enclaves of each cloud. */
import { describe, expect, test } from 'vitest'
import { assertCloudLimits } from '../../src/parent/cloud-limits.ts'

const MIB = 1_048_576
const SMALL = { imageBytes: 1, memoryMiB: 1024, running: 0 }
const refused = (code: string, more: object = {}) => expect.objectContaining({ code, ...more })

describe('memory', () => {
  test.each([
    ['qingtian', 128],
    ['nitro', 64],
  ] as const)('in %s must be at least %i MiB', (profile, minimum) => {
    assertCloudLimits(profile, { ...SMALL, memoryMiB: minimum })
    expect(() => assertCloudLimits(profile, { ...SMALL, memoryMiB: minimum - 1 })).toThrow(
      refused('E_CLOUD_MEMORY', {
        expected: `at least ${minimum} MiB: 4 times the image, and no less than ${minimum}`,
        got: `${minimum - 1} MiB`,
      }),
    )
  })

  test.each(['qingtian', 'nitro'] as const)(
    'in %s must be at least four times the image, rounded up to a MiB',
    (profile) => {
      const least = (imageBytes: number) => {
        for (let memoryMiB = 1; ; memoryMiB++) {
          try {
            assertCloudLimits(profile, { imageBytes, memoryMiB, running: 0 })
            return memoryMiB
          } catch {}
        }
      }
      expect([
        least(50 * MIB),
        least(50 * MIB + 1),
        least(50 * MIB + MIB / 4),
        least(50 * MIB + MIB / 4 + 1),
      ]).toEqual([200, 201, 201, 202])
    },
  )

  test('below the minimum is refused with the cloud’s own message', () => {
    const demand = { imageBytes: 50 * MIB, memoryMiB: 199, running: 0 }
    expect(() => assertCloudLimits('qingtian', demand)).toThrow(
      refused('E_CLOUD_MEMORY', {
        what: 'Load image failure because provided memory is too small.',
      }),
    )
    expect(() => assertCloudLimits('nitro', demand)).toThrow(
      refused('E_CLOUD_MEMORY', {
        what: 'User provided `memory` is 199 MB, but based on the EIF file size, the minimum memory should be 200 MB',
      }),
    )
  })
})

describe('the number of enclaves', () => {
  test.each([
    ['qingtian', 2],
    ['nitro', 4],
  ] as const)('in %s is at most %i', (profile, enclaves) => {
    assertCloudLimits(profile, { ...SMALL, running: enclaves - 1 })
    expect(() => assertCloudLimits(profile, { ...SMALL, running: enclaves })).toThrow(
      refused('E_CLOUD_ENCLAVES', {
        expected: `fewer than ${enclaves} existing enclaves`,
        got: `${enclaves}`,
      }),
    )
  })

  test('can be limited to another number', () => {
    assertCloudLimits('qingtian', { ...SMALL, running: 9, enclaves: 10 })
    for (const enclaves of [9, 0])
      expect(() => assertCloudLimits('qingtian', { ...SMALL, running: 9, enclaves })).toThrow(
        refused('E_CLOUD_ENCLAVES'),
      )
  })
})
