/** One header of a tar archive: POSIX ustar, and GNU's with its numbers in base 256. */
import { badTar } from './refusal.ts'

export const BLOCK = 512

/** The fields of a header that mean something here. Owners, modes and times are not kept. */
export interface TarHeader {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly link: string
}

/** Reads a block of 512 bytes. @throws {EnclaveError} E_OCI_TAR */
export function readHeader(block: Uint8Array, item: string, offset: number): TarHeader {
  const where = `the header at byte ${offset}`
  const magic = String.fromCharCode(...block.subarray(257, 265))
  if (magic !== 'ustar\x0000' && magic !== 'ustar  \0')
    throw badTar(item, `${where} is not one of a tar archive`, 'ustar', JSON.stringify(magic))
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  const claimed = numberIn(block, 148, 8, item, where)
  if (claimed !== sum) throw badTar(item, `${where} has a wrong checksum`, `${sum}`, `${claimed}`)
  // In GNU's format there are times where the prefix would be.
  const prefix = magic.endsWith('00') ? textIn(block, 345, 155, item) : ''
  const name = textIn(block, 0, 100, item)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    type: String.fromCharCode(block[156]!),
    size: numberIn(block, 124, 12, item, where),
    link: textIn(block, 157, 100, item),
  }
}

/** Text in UTF-8 up to the first NUL. @throws {EnclaveError} E_OCI_TAR */
export function textOf(bytes: Uint8Array, item: string): string {
  const end = bytes.indexOf(0)
  try {
    const text = end < 0 ? bytes : bytes.subarray(0, end)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
  } catch {
    throw badTar(item, 'a name is not UTF-8', 'UTF-8', 'other bytes')
  }
}

const textIn = (block: Uint8Array, at: number, length: number, item: string) =>
  textOf(block.subarray(at, at + length), item)

/** Octal digits, or with its first bit set a number in base 256. */
function numberIn(block: Uint8Array, at: number, length: number, item: string, where: string): number {
  const field = block.subarray(at, at + length)
  let value = Number.NaN
  if (field[0] === 0x80) value = field.subarray(1).reduce((total, byte) => total * 256 + byte, 0)
  else {
    const text = String.fromCharCode(...field).replace(/[\0 ]+$/, '')
    if (/^ *[0-7]*$/.test(text)) value = Number.parseInt(text.trim() || '0', 8)
  }
  if (Number.isSafeInteger(value)) return value
  throw badTar(item, `${where} has an invalid number`, 'octal digits', 'something else')
}
