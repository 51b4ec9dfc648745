/** Mutated images: they cause only EnclaveErrors, quickly, and memory use in proportion to the input. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EnclaveError } from '../../src/base/error.ts'
import { crc32 } from '../../src/image/eif/crc32.ts'
import { describeImage, diffImages, readBootContents, signImage, verifyImage } from '../../src/image/index.ts'
import { testSigner } from './signer.ts'
import { build, text } from './support.ts'

const RUNS = process.env['WEBCLAVE_LONG'] ? 100_000 : 2000
const CRC_FIELD = 0x220

const { eif: plain } = await build({ files: { 'a.txt': text('a') }, args: ['a'], env: { A: '1' } })
const images = [plain, await signImage(plain, testSigner())]

/** Positions of changes: in the header's fields, in section headers, or anywhere. */
const position = fc.oneof(
  fc.nat(64),
  fc.integer({ min: 0x1c, max: 0x60 }),
  fc.integer({ min: 0x11c, max: 0x160 }),
  fc.nat(6000),
)
const change = fc.tuple(position, fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff)))
const mutation = fc.record({
  image: fc.nat(1),
  changes: fc.array(change, { minLength: 1, maxLength: 6 }),
  end: fc.oneof(fc.constant(1), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
  /** Whether to correct the CRC, because most checks come after it. */
  repaired: fc.boolean(),
})

function mutate({
  image,
  changes,
  end,
  repaired,
}: ReturnType<typeof mutation.generate>['value']): Uint8Array {
  const original = images[image]!
  const copy = original.slice(0, Math.ceil(original.length * end))
  for (const [at, value] of changes) if (at < copy.length) copy[at] = value
  if (repaired && copy.length >= 548) {
    const sum = crc32(copy.subarray(CRC_FIELD + 4), crc32(copy.subarray(0, CRC_FIELD)))
    new DataView(copy.buffer).setUint32(CRC_FIELD, sum)
  }
  return copy
}

describe('mutations of an image', () => {
  it('are accepted or rejected within the time limit', async () => {
    let refused = 0
    let accepted = 0
    const judge = (work: Promise<unknown>) =>
      work.then(
        () => accepted++,
        (error: unknown) => {
          expect(error).toBeInstanceOf(EnclaveError)
          refused++
        },
      )
    await fc.assert(
      fc.asyncProperty(mutation, async (recipe) => {
        const bytes = mutate(recipe)
        const start = process.cpuUsage()
        await judge(verifyImage(bytes))
        await judge(readBootContents(bytes))
        await judge(describeImage(bytes))
        // Microseconds of CPU time, so that other processes do not matter.
        expect(process.cpuUsage(start).user).toBeLessThan(1_000_000)
      }),
      { numRuns: RUNS },
    )
    // The control: if the first check rejected all, the later ones would not be tested.
    expect(accepted).toBeGreaterThan(RUNS / 50)
    expect(refused).toBeGreaterThan(RUNS / 2)
  }, 600_000)

  it('can be compared with the original', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, async (recipe) => {
        await diffImages(images[recipe.image]!, mutate(recipe)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(EnclaveError)
        })
      }),
      { numRuns: RUNS / 10 },
    )
  }, 600_000)

  it('never cause a read beyond the image', async () => {
    const reads: number[] = []
    await fc.assert(
      fc.asyncProperty(mutation, async (recipe) => {
        const bytes = mutate(recipe)
        const source = {
          size: bytes.length,
          read: async (offset: number, length: number) => {
            reads.push(length)
            expect(offset).toBeGreaterThanOrEqual(0)
            expect(length).toBeGreaterThanOrEqual(0)
            expect(offset + length).toBeLessThanOrEqual(bytes.length)
            return bytes.slice(offset, offset + length)
          },
        }
        await describeImage(source).catch((error: unknown) => expect(error).toBeInstanceOf(EnclaveError))
      }),
      { numRuns: RUNS / 4 },
    )
    expect(reads.length).toBeGreaterThan(RUNS)
  }, 600_000)

  it('never cause more than eight times the image’s size in memory', async () => {
    const { eif } = await build({ files: { 'large.bin': new Uint8Array(4 << 20) } })
    images[2] = eif
    const recipes = fc.sample(mutation, { numRuns: RUNS / 40, seed: 7 })
    let most = 0
    for (const recipe of recipes) {
      const bytes = mutate({ ...recipe, image: 2 })
      const before = process.memoryUsage().arrayBuffers
      await Promise.allSettled([verifyImage(bytes), readBootContents(bytes), describeImage(bytes)])
      // Uncollected garbage is counted too, so this test errs on the strict side.
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    expect(most).toBeLessThanOrEqual(8 * eif.length)
    // The control: the meter counts memory that is still referenced. More than there was, because garbage may be collected.
    const ballast = new Uint8Array(process.memoryUsage().arrayBuffers + 9 * eif.length)
    expect(process.memoryUsage().arrayBuffers).toBeGreaterThanOrEqual(ballast.length)
  }, 600_000)
})
