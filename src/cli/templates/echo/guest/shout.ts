/** `text` in upper case. The host checks its own types, but the enclave cannot rely on that. */
export function shout(text: unknown): string {
  if (typeof text === 'string') return text.toUpperCase()
  throw Object.assign(new TypeError('the text must be a string'), { code: 'E_TEXT' })
}
