/** Random numbers of a guest: all of them come from the security module, in parts of limited size. */
import { expect, test } from 'vitest'
import { createQtsm } from '../../src/kernel/qtsm.ts'
import { createRandom } from '../../src/kernel/random.ts'
import { decodeRequest, encodeResponse } from '../../src/qtsm/protocol.ts'
import { Rig } from './rig.ts'

/** The interfaces, connected to a module that returns bytes with increasing values. */
function random() {
  const rig = new Rig()
  const lengths: number[] = []
  let next = 1
  rig.channel.ask = (message) => {
    const request = decodeRequest(message)
    if (request.call !== 'GetRandom') throw new Error(`unexpected call ${request.call}`)
    lengths.push(request.length!)
    const bytes = Uint8Array.from({ length: request.length! }, () => next++)
    rig.answers.push(encodeResponse.bytes('GetRandom', bytes))
  }
  const made = createRandom(createQtsm(rig.link)) as Record<
    string,
    Record<string, (length?: bigint) => unknown>
  >
  return { lengths, made }
}

test.each([
  ['random', 'getRandomBytes', 'getRandomU64'],
  ['insecure', 'getInsecureRandomBytes', 'getInsecureRandomU64'],
])('%s returns the bytes of the module', (name, bytes, number) => {
  const { made, lengths } = random()
  expect(made[name]![bytes]!(3n)).toEqual(Uint8Array.of(1, 2, 3))
  expect(made[name]![number]!()).toBe(0x0b0a090807060504n)
  expect(lengths).toEqual([3, 8])
})

test('a seed consists of two 64-bit numbers', () => {
  const { made } = random()
  expect(made['insecure-seed']!['insecureSeed']!()).toEqual([0x0807060504030201n, 0x100f0e0d0c0b0a09n])
})

test.each([
  [0n, []],
  [1n, [1]],
  [256n, [256]],
  [257n, [256, 1]],
  [600n, [256, 256, 88]],
])('%d bytes are requested in parts of %j', (length, parts) => {
  const { made, lengths } = random()
  const bytes = made['random']!['getRandomBytes']!(length)
  expect(bytes).toEqual(Uint8Array.from({ length: Number(length) }, (_, at) => at + 1))
  expect(lengths).toEqual(parts)
})

test('one call returns at most 65,536 bytes', () => {
  const { made } = random()
  expect(made['random']!['getRandomBytes']!(65_536n)).toHaveLength(65_536)
  expect(() => made['random']!['getRandomBytes']!(65_537n)).toThrow('more than 65536 random bytes')
})
