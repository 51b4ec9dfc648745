/**
 * Measuring a large image from a file, compared with one bare SHA-384 pass over the same file: the faster of
 * node:crypto, piece by piece, and WebCrypto, which needs all bytes at once.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  describeImage,
  type MeasureOptions,
  measure,
  type ProfileName,
  writeEif,
} from '../src/image/index.ts'
import { type Benchmark, type Measurement, median, timed } from './harness.ts'

const MIB = 1024 * 1024
const SIZE = 256 * MIB
const PIECE = MIB

/** An image with realistic proportions: a small kernel, and nearly everything in the application. */
async function writeLargeImage(path: string): Promise<void> {
  const application = new Uint8Array(SIZE)
  for (let at = 0; at < SIZE; at += 65_536) crypto.getRandomValues(application.subarray(at, at + 65_536))
  await using file = await open(path, 'w')
  const small = (type: 'kernel' | 'cmdline' | 'ramdisk', size: number) => ({
    type,
    data: new Uint8Array(size),
  })
  await file.writeFile(
    writeEif([
      small('kernel', MIB),
      small('cmdline', 100),
      small('ramdisk', MIB),
      { type: 'ramdisk', data: application },
    ]),
  )
}

async function nodePass(file: FileHandle): Promise<void> {
  const hash = createHash('sha384')
  const piece = new Uint8Array(PIECE)
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(piece, 0, PIECE, at)
    if (bytesRead === 0) break
    hash.update(piece.subarray(0, bytesRead))
    at += bytesRead
  }
  hash.digest()
}

async function webPass(file: FileHandle): Promise<void> {
  const { size } = await file.stat()
  const bytes = new Uint8Array(size)
  for (let at = 0; at < size; ) at += (await file.read(bytes, at, size - at, at)).bytesRead
  await crypto.subtle.digest('SHA-384', bytes)
}

const TRIALS = 5

/** The one of `passes` with the smaller median. */
async function fasterOf<Pass>(passes: readonly Pass[], time: (pass: Pass) => Promise<number>): Promise<Pass> {
  const times = passes.map((): number[] => [])
  for (let trial = 0; trial < TRIALS; trial++) {
    for (const [at, pass] of passes.entries()) times[at]!.push(await time(pass))
  }
  const medians = times.map(median)
  return passes[medians.indexOf(Math.min(...medians))]!
}

export const image: Benchmark = {
  room: 'image',
  async measurements() {
    const folder = await mkdtemp(join(tmpdir(), 'webclave-bench-'))
    const path = join(folder, 'large.eif')
    await writeLargeImage(path)
    const file = await open(path)
    const { size } = await file.stat()
    const perSecond = async (work: () => Promise<unknown>) => size / 1000 / (await timed(work))
    const bare = await fasterOf([nodePass, webPass], async (pass) => timed(() => pass(file)))
    const row = (name: string, work: () => Promise<unknown>, goal?: Measurement['goal']): Measurement => ({
      name: `${name}, against a bare SHA-384 pass`,
      unit: 'MB/s',
      samples: 9,
      subject: () => perSecond(work),
      baseline: () => perSecond(() => bare(file)),
      ...(goal && { goal }),
    })
    const measured =
      (profile: ProfileName, options: MeasureOptions = {}) =>
      () =>
        measure(file, { profile, ...options })
    return {
      rows: [
        row('measuring 256 MiB (qingtian)', measured('qingtian'), { atLeast: 0.9 }),
        row('the same with the CRC, as a start does', measured('qingtian', { crc: true })),
        row('measuring 256 MiB (nitro: two hashes)', measured('nitro')),
        row('describing 256 MiB', () => describeImage(file)),
      ],
      async tearDown() {
        await file.close()
        await rm(folder, { recursive: true })
      },
    }
  },
}
