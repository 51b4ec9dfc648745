/**
 * What the image tests share: a build without a real kernel and engine, and a second implementation of the image
 * writer.
 */
import { execFileSync } from 'node:child_process'
import { crc32 } from 'node:zlib'
import { type Bytes, concatBytes, fromHex } from '../../src/base/bytes.ts'
import { EnclaveError } from '../../src/base/error.ts'
import { type BuildOptions, type BuiltImage, buildImage, parseEif } from '../../src/image/index.ts'

/** An empty component: only the magic and version. */
export const COMPONENT: Bytes = fromHex('0061736d0d000100')
export const KERNEL: { version: string; sha384: string } = { version: '0.1.0', sha384: 'ab'.repeat(48) }

/** An empty core module. */
export const MODULE: Bytes = fromHex('0061736d01000000')

/** An image of a one-line application, without a real kernel and engine. */
export function build(options: Partial<BuildOptions> = {}): Promise<BuiltImage> {
  const runtime = { engine: COMPONENT, crypto: MODULE, kernel: KERNEL }
  return buildImage({ app: { source: 'console.log(1)' }, ...runtime, ...options })
}

export function text(value: string): Bytes {
  return new TextEncoder().encode(value)
}

/** The code of the EnclaveError that `action` throws; any other error fails the test. */
export async function codeOf(action: () => unknown): Promise<string> {
  return (await errorOf(action)).code
}

export async function errorOf(action: () => unknown): Promise<EnclaveError> {
  try {
    await action()
  } catch (error) {
    if (error instanceof EnclaveError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** A section for `rawEif`. */
export interface RawSection {
  type: number
  data: Uint8Array
}

/** Header fields that `rawEif` writes with wrong values. */
export interface RawHeader {
  magic?: number
  version?: number
  count?: number
  offsets?: bigint[]
  sizes?: bigint[]
  crc?: number
}

/**
 * An EIF written from the description of the format (aws-nitro-enclaves-image-format), sharing no code with the code
 * under test.
 */
export function rawEif(sections: readonly RawSection[], wrong: RawHeader = {}): Bytes {
  const header = new DataView(new ArrayBuffer(548))
  header.setUint32(0, wrong.magic ?? 0x2e656966)
  header.setUint16(4, wrong.version ?? 4)
  header.setBigUint64(8, 1073741824n)
  header.setBigUint64(16, 2n)
  header.setUint16(26, wrong.count ?? sections.length)
  const parts: Uint8Array[] = []
  let offset = 548
  sections.forEach(({ type, data }, at) => {
    header.setBigUint64(28 + 8 * at, wrong.offsets?.[at] ?? BigInt(offset))
    header.setBigUint64(284 + 8 * at, wrong.sizes?.[at] ?? BigInt(data.length))
    const head = new DataView(new ArrayBuffer(12))
    head.setUint16(0, type)
    head.setBigUint64(4, BigInt(data.length))
    parts.push(new Uint8Array(head.buffer), data)
    offset += 12 + data.length
  })
  const body = concatBytes(...parts)
  const head = new Uint8Array(header.buffer)
  header.setUint32(544, wrong.crc ?? crc32(body, crc32(head.subarray(0, 544))))
  return concatBytes(head, body)
}

/** SHA-384, computed by the `openssl` command. */
export function opensslSha384(...parts: readonly Uint8Array[]): string {
  const input = concatBytes(...parts)
  return execFileSync('openssl', ['dgst', '-sha384', '-r'], { input }).toString().slice(0, 96)
}

/** A PCR computed with openssl. */
export function opensslPcr(...content: readonly Uint8Array[]): string {
  return opensslSha384(new Uint8Array(48), fromHex(opensslSha384(...content)))
}

/** The unsigned image `eif` with a signature section that contains `data`. */
export async function withSignature(eif: Uint8Array, data: Uint8Array): Promise<Bytes> {
  const { sections } = await parseEif(eif)
  const types = { kernel: 1, cmdline: 2, ramdisk: 3, signature: 4, metadata: 5 }
  return rawEif([
    ...sections.map((section) => ({ type: types[section.type], data: section.data })),
    { type: 4, data },
  ])
}
