/** The second hash of a large image is computed in a thread: it gives the same digest, and the thread ends. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../src/base/bytes.ts'
import { describeImage, measure, openSource, pcrsToHex, writeEif } from '../../../src/image/index.ts'
import { threadSha384 } from '../../../src/image/measure/hash-thread.ts'
import { nodeHashTools } from '../../../src/image/measure/node-hash.ts'
import { opensslPcr, text } from '../support.ts'

const MIB = 1024 * 1024
const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length

/** A Nitro image whose application is large enough for a thread. */
const application = Uint8Array.from({ length: 33 * MIB }, (_, at) => (at * 31 + (at >> 10)) & 255)
const kernel = text('linux')
const disk = text('init')
const eif = writeEif([
  { type: 'kernel', data: kernel },
  { type: 'cmdline', data: text('reboot=k') },
  { type: 'ramdisk', data: disk },
  { type: 'ramdisk', data: application },
])

describe('a hash in a thread', () => {
  it('gives the same digest for any pieces, and the caller may reuse its buffer after each', async () => {
    const hash = threadSha384()
    const expected = createHash('sha384')
    const buffer = new Uint8Array(3 * MIB + 7)
    for (const size of [1, 5, MIB, 3 * MIB + 7, 0, 2 * MIB + 1, 100]) {
      const piece = buffer.subarray(0, size)
      piece.fill(size & 255)
      expected.update(piece)
      await hash.update(piece)
      buffer.fill(0xee)
    }
    expect(toHex(await hash.digest())).toBe(expected.digest('hex'))
  })

  it('hashes no bytes correctly', async () => {
    expect(toHex(await threadSha384().digest())).toBe(createHash('sha384').digest('hex'))
  })

  it('keeps the order if many more pieces arrive than it has slots', async () => {
    const hash = threadSha384()
    const expected = createHash('sha384')
    for (let count = 0; count < 300; count++) {
      const piece = application.subarray(count, count + 70_000)
      expected.update(piece)
      await hash.update(piece)
    }
    expect(toHex(await hash.digest())).toBe(expected.digest('hex'))
  })
})

describe('a large image', () => {
  it('is measured as openssl does, with Nitro’s PCRs', async () => {
    const { pcrs } = await measure(eif, { profile: 'nitro' })
    expect(pcrsToHex(pcrs)).toMatchObject({
      PCR0: opensslPcr(kernel, text('reboot=k'), disk, application),
      PCR1: opensslPcr(kernel, text('reboot=k'), disk),
      PCR2: opensslPcr(application),
    })
  })

  it('is measured in one thread, and only for Nitro’s rules', async () => {
    let started = 0
    const tools = {
      ...nodeHashTools,
      threadSha384: () => {
        started++
        return threadSha384()
      },
    }
    await measure(eif, { profile: 'qingtian', tools })
    expect(started).toBe(0)
    await describeImage(eif, { tools })
    expect(started).toBe(1)
  })

  it('leaves no thread running, even if reading fails half-way', async () => {
    const before = threads()
    await measure(eif, { profile: 'nitro' })
    const source = await openSource(eif)
    const failing = {
      size: source.size,
      read: async (offset: number, length: number) => {
        if (offset > 16 * MIB) throw new Error('the disk failed')
        return source.read(offset, length)
      },
    }
    await expect(measure(failing, { profile: 'nitro' })).rejects.toThrow('the disk failed')
    await expect.poll(threads).toBe(before)
  })
})
