/** The initial PCRs of an enclave: what each measures, and which are missing in debug mode. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Identity, shownPcrs, systemPcrs } from '../../src/parent/measurements.ts'

const LENGTH = 48
const filled = (byte: number) => new Uint8Array(LENGTH).fill(byte)
const IMAGE = new Map([
  [0, filled(1)],
  [1, filled(2)],
  [2, filled(3)],
  [8, filled(9)],
])
const extended = (text: string) =>
  new Uint8Array(createHash('sha384').update(new Uint8Array(LENGTH)).update(text).digest())

const of = async (more: Partial<Identity> = {}) =>
  systemPcrs(IMAGE, { profile: 'qingtian', debug: false, instanceId: 'i-1', agency: undefined, ...more })

describe.each(['qingtian', 'nitro'] as const)('in %s', (profile) => {
  test('an enclave has the PCRs of its image, agency and instance', async () => {
    expect(await of({ profile, agency: 'role' })).toEqual(
      new Map([
        [0, filled(1)],
        [1, filled(2)],
        [2, filled(3)],
        [3, extended('role')],
        [4, extended('i-1')],
        [8, filled(9)],
      ]),
    )
  })

  test('PCR3 is missing without an agency, but present for an empty agency', async () => {
    expect((await of({ profile })).has(3)).toBe(false)
    expect((await of({ profile, agency: '' })).get(3)).toEqual(extended(''))
  })
})

describe('in debug mode', () => {
  test('qingtian has no system PCRs', async () => {
    expect(await of({ debug: true, agency: 'role' })).toEqual(new Map())
  })

  test('nitro keeps PCR3 and PCR4', async () => {
    expect(await of({ profile: 'nitro', debug: true, agency: 'role' })).toEqual(
      new Map([
        [3, extended('role')],
        [4, extended('i-1')],
      ]),
    )
  })
})

test('six PCRs are shown, missing ones as zero', () => {
  const pcrs = new Map([0, 1, 2, 3, 4, 5, 7, 8, 9].map((index) => [index, filled(index + 1)]))
  const shown = [0, 1, 2, 3, 4, 8]
  expect(shownPcrs(pcrs)).toEqual(new Map(shown.map((index) => [index, filled(index + 1)])))
  expect(shownPcrs(new Map())).toEqual(new Map(shown.map((index) => [index, filled(0)])))
})
