/** Writes tar archives for tests, also such as no tool would write. */
import { concatBytes } from '../../src/base/bytes.ts'

/** An entry of an archive. */
export interface TarPart {
  readonly name: string
  /** @default '0', a file */
  readonly type?: string
  readonly data?: string | Uint8Array
  readonly link?: string
  /** What the header claims. @default the length of `data` */
  readonly size?: number
  /** Written into the header as it is. */
  readonly prefix?: string
}

const BLOCK = 512
const encoder = new TextEncoder()
const bytesOf = (data: string | Uint8Array) => (typeof data === 'string' ? encoder.encode(data) : data)

/** The header and the content of one entry. */
export function tarPart({ name, type = '0', data = '', link = '', size, prefix = '' }: TarPart): Uint8Array {
  const content = bytesOf(data)
  const header = new Uint8Array(BLOCK)
  const put = (at: number, text: string) => header.set(encoder.encode(text), at)
  const octal = (at: number, length: number, value: number) =>
    put(at, value.toString(8).padStart(length - 1, '0'))
  put(0, name)
  octal(100, 8, 0o755)
  octal(108, 8, 0)
  octal(116, 8, 0)
  octal(124, 12, size ?? content.length)
  octal(136, 12, 0)
  put(148, '        ')
  put(156, type)
  put(157, link)
  put(257, 'ustar\x0000')
  put(345, prefix)
  octal(
    148,
    7,
    header.reduce((sum, byte) => sum + byte, 0),
  )
  return concatBytes(header, content, new Uint8Array(-content.length & (BLOCK - 1)))
}

/** A whole archive. */
export function tar(...parts: readonly (TarPart | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const bytes = parts.map((part) => (part instanceof Uint8Array ? part : tarPart(part)))
  return concatBytes(...bytes, new Uint8Array(2 * BLOCK))
}

/** A pax header with these records, for the entry after it. */
export function pax(records: Readonly<Record<string, string>>, type = 'x'): TarPart {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`)
    const length = [1, 2, 3, 4].map((digits) => rest + digits).find((sum, at) => `${sum}`.length === at + 1)
    return `${length} ${key}=${value}\n`
  })
  return { name: 'PaxHeader', type, data: lines.join('') }
}
