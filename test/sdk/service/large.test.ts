/** Large messages in an enclave of 128 MiB: 20 MiB each way, and many of them one after the other. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceClient } from '../../../src/client/index.ts'
import { type AnyService, outcome } from '../../client/fake-service.ts'
import type { Laboratory } from '../../support/laboratory.ts'
import { clientOf, servedBy } from './sessions.ts'

const MIB = 1 << 20

let lab: Laboratory
let client: ServiceClient<AnyService>
beforeAll(async () => {
  lab = await servedBy(
    `{
      echo: (value) => value,
      length: (bytes) => bytes.length,
      bytes: (length) => { const bytes = new Uint8Array(length); bytes[length - 1] = 7; return bytes },
    }`,
    { memoryMiB: 128 },
  )
  client = await clientOf(lab)
})
afterAll(() => lab[Symbol.asyncDispose]())

const pattern = (length: number) => Uint8Array.from({ length }, (_, at) => (at * at) % 251)

test('20 MiB come back as they were', async () => {
  const bytes = pattern(20 * MIB)
  expect(Buffer.compare((await client.call['echo']!(bytes)) as Uint8Array, bytes)).toBe(0)
})

test.each([65_535, 65_536, 65_537, 262_144, MIB, 4 * MIB - 1, 4 * MIB, 4 * MIB + 1])(
  '%i bytes come back as they were, alone and in an object',
  async (length) => {
    const bytes = pattern(length)
    expect(Buffer.compare((await client.call['echo']!(bytes)) as Uint8Array, bytes)).toBe(0)
    const { a, b } = (await client.call['echo']!({ a: bytes, b: 'ä'.repeat(length / 2) })) as {
      a: Uint8Array
      b: string
    }
    expect(Buffer.compare(a, bytes)).toBe(0)
    expect(b === 'ä'.repeat(length / 2)).toBe(true)
  },
)

test('ten of 20 MiB in each direction do not add up', async () => {
  for (let round = 0; round < 10; round++) {
    expect(await client.call['length']!(new Uint8Array(20 * MIB))).toBe(20 * MIB)
    const bytes = (await client.call['bytes']!(20 * MIB)) as Uint8Array
    expect([bytes.length, bytes.at(-1)]).toEqual([20 * MIB, 7])
  }
})

test('a result that is too long for the memory fails, and later calls work', async () => {
  expect(await outcome(client.call['bytes']!(200 * MIB))).toMatchObject({ code: 'E_SERVICE_FAILED' })
  expect(await client.call['echo']!('still here')).toBe('still here')
})
