/** DER in hexadecimal, put together by the rules of X.690 alone, so that it shares nothing with our writer. */

/** One element around `parts`, all in hexadecimal digits. */
export function tlv(tag: string, ...parts: readonly string[]): string {
  const content = parts.join('')
  const length = content.length / 2
  const digits = length.toString(16).padStart(2, '0')
  if (length < 128) return tag + digits + content
  return `${tag}${length < 256 ? '81' : '82'}${digits.padStart(length < 256 ? 2 : 4, '0')}${content}`
}

/** `count` bytes `byte`. */
export const bytesOf = (count: number, byte = '5a'): string => byte.repeat(count)
