/** Writes DER in hexadecimal, independently of the writer in src. */

/** The element with the given tag and contents, all in hexadecimal. */
export function tlv(tag: string, ...parts: readonly string[]): string {
  const content = parts.join('')
  const length = content.length / 2
  const digits = length.toString(16).padStart(2, '0')
  if (length < 128) return tag + digits + content
  return `${tag}${length < 256 ? '81' : '82'}${digits.padStart(length < 256 ? 2 : 4, '0')}${content}`
}

/** `count` times the byte `byte`, in hexadecimal. */
export const bytesOf = (count: number, byte = '5a'): string => byte.repeat(count)
