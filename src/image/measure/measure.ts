/**
 * Measures an image into PCRs (ecs_03_1410; AWS, "Cryptographic attestation"), in one pass over the file and constant
 * memory. It measures the data of kernel, cmdline and ramdisks; not the headers, the metadata and the signature.
 *
 *     PCR = SHA-384( 48 zero bytes || SHA-384(content) )
 */

import { type Bytes, concatBytes } from '../../base/bytes.ts'
import type { Pcrs } from '../../base/pcrs.ts'
import { PCR_LENGTH } from '../../base/pcrs.ts'
import type { ProfileName } from '../../base/profile.ts'
import { type Container, readContainer, type Section } from '../eif/container.ts'
import { FIELD } from '../eif/layout.ts'
import { type ImageInput, openSource } from '../eif/source.ts'
import { type ImageSignature, readSignature } from '../sign/signature.ts'
import { fastestTools, sha384 } from './hash.ts'
import type { HashTools, StreamingSha384 } from './hash-tools.ts'
import { scan } from './scan.ts'

export interface MeasureOptions {
  /** @default 'qingtian' */
  readonly profile?: ProfileName
  /** @default the fastest of this runtime */
  readonly tools?: HashTools
  /** Whether to compute the CRC in the same pass. @default false */
  readonly crc?: boolean
  /** The section table of the same source, if it has already been read. */
  readonly container?: Container
}

export interface Measurement {
  readonly profile: ProfileName
  /** PCR0, PCR1, PCR2 and PCR8, which the image determines. Those that the profile does not use are zero. */
  readonly pcrs: Pcrs
  readonly container: Container
  /** The computed CRC, if it was requested. */
  readonly crc: number | undefined
  /** The parsed signature; only `verifyImage` verifies it. */
  readonly signature: ImageSignature | undefined
}

/**
 * Computes PCR0, PCR1, PCR2 and PCR8 of the image in `input`.
 *
 * @throws {EnclaveError} what `readContainer` throws; E_IMAGE_SIGNATURE if the signature section is malformed.
 * @example
 * const { pcrs } = await measure(eif)
 * pcrHex(pcrs, 0) // 96 hexadecimal digits
 */
export async function measure(input: ImageInput, options: MeasureOptions = {}): Promise<Measurement> {
  const source = await openSource(input)
  const container = options.container ?? (await readContainer(source))
  const profile = options.profile ?? 'qingtian'
  const tools = options.tools ?? (await fastestTools())
  const hashes = new ImageHashes(profile, tools, container)
  let crc = options.crc ? 0 : undefined
  try {
    await scan(source, async (piece, offset) => {
      if (crc !== undefined) crc = crcOfPiece(tools, piece, offset, crc)
      await hashes.piece(piece, offset)
    })
    const signature = await readSignature(source, container)
    const pcrs = await hashes.finish(signature?.certificate.der)
    return { profile, pcrs, container, crc, signature }
  } finally {
    await hashes.end()
  }
}

/** `SHA-384(48 zero bytes || data)`: the first extension of a register. */
export async function extendZero(data: Uint8Array): Promise<Bytes> {
  return sha384(concatBytes(new Uint8Array(PCR_LENGTH), data))
}

/** Minimum size for a thread, in bytes: starting one costs as much as hashing some 20 MiB. */
const THREAD_FROM = 32 * 1024 * 1024

/** Feeds each piece of the file to the hashes of the PCRs that it belongs to. */
class ImageHashes {
  readonly #profile: ProfileName
  readonly #all: StreamingSha384
  /** For Nitro's PCR2 the application's bytes are read once but hashed twice. */
  readonly #application: StreamingSha384 | undefined
  readonly #parts: readonly { section: Section; role: 'boot' | 'application' }[]
  #next = 0
  #boot: Bytes | undefined

  constructor(profile: ProfileName, tools: HashTools, container: Container) {
    this.#profile = profile
    this.#all = tools.sha384()
    let ramdisks = 0
    this.#parts = container.sections
      .filter(({ type }) => type === 'kernel' || type === 'cmdline' || type === 'ramdisk')
      .map((section) => ({
        section,
        role: section.type === 'ramdisk' && ramdisks++ > 0 ? 'application' : 'boot',
      }))
    if (profile !== 'nitro') return
    const size = this.#parts.reduce(
      (sum, { section, role }) => sum + (role === 'application' ? section.dataSize : 0),
      0,
    )
    const isLarge = tools.threadSha384 && size >= THREAD_FROM
    this.#application = isLarge ? tools.threadSha384?.() : tools.sha384()
  }

  async end(): Promise<void> {
    await this.#application?.end?.()
  }

  async piece(piece: Bytes, offset: number): Promise<void> {
    const end = offset + piece.byteLength
    for (; this.#next < this.#parts.length; this.#next++) {
      const { section, role } = this.#parts[this.#next]!
      const sectionEnd = section.dataOffset + section.dataSize
      const from = Math.max(section.dataOffset, offset)
      const to = Math.min(sectionEnd, end)
      // At the first byte of the application: the hash so far is Nitro's PCR1, so nothing is hashed again for it.
      if (role === 'application' && from < to && !this.#boot) await this.#endBoot()
      if (from < to) {
        const bytes = piece.subarray(from - offset, to - offset)
        // First to the other thread, if there is one, so that both run in parallel.
        if (role === 'application') await this.#application?.update(bytes)
        await this.#all.update(bytes)
      }
      if (sectionEnd > end) return
    }
  }

  async finish(certificate: Bytes | undefined): Promise<Pcrs> {
    if (!this.#boot) await this.#endBoot()
    const zero = () => new Uint8Array(PCR_LENGTH)
    return new Map([
      [0, await extendZero(await this.#all.digest())],
      [1, this.#boot ? await extendZero(this.#boot) : zero()],
      [2, this.#application ? await extendZero(await this.#application.digest()) : zero()],
      [8, certificate ? await extendZero(await sha384(certificate)) : zero()],
    ])
  }

  async #endBoot(): Promise<void> {
    if (this.#profile === 'nitro') this.#boot = await this.#all.digest()
  }
}

/** The header, and with it the CRC field, is always within the first piece, because pieces are much larger. */
function crcOfPiece(tools: HashTools, piece: Bytes, offset: number, seed: number): number {
  if (offset > 0) return tools.crc32(piece, seed)
  return tools.crc32(piece.subarray(FIELD.crc + 4), tools.crc32(piece.subarray(0, FIELD.crc), seed))
}
