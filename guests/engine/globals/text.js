/** TextEncoder and TextDecoder for UTF-8 (WHATWG Encoding), which QuickJS does not have. */

function encode(text) {
  const source = String(text)
  const bytes = new Uint8Array(source.length * 3)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    let code = source.charCodeAt(at)
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = at + 1 < source.length ? source.charCodeAt(at + 1) : 0
      if (code <= 0xdbff && next >= 0xdc00 && next <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00)
        at++
      } else {
        code = 0xfffd
      }
    }
    if (code < 0x80) {
      bytes[length++] = code
    } else if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6)
      bytes[length++] = 0x80 | (code & 0x3f)
    } else if (code < 0x10000) {
      bytes[length++] = 0xe0 | (code >> 12)
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f)
      bytes[length++] = 0x80 | (code & 0x3f)
    } else {
      bytes[length++] = 0xf0 | (code >> 18)
      bytes[length++] = 0x80 | ((code >> 12) & 0x3f)
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f)
      bytes[length++] = 0x80 | (code & 0x3f)
    }
  }
  return bytes.slice(0, length)
}

/** The number of bytes after a lead byte, and the range of the first of them; undefined if it is not a lead byte. */
function sequence(lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return [1, 0x80, 0xbf]
  if (lead >= 0xe0 && lead <= 0xef) return [2, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf]
  if (lead >= 0xf0 && lead <= 0xf4) return [3, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf]
  return undefined
}

/** Decodes complete sequences; with `stream`, an incomplete one at the end is kept for later. */
function decode(bytes, fatal, stream) {
  const parts = []
  let units = []
  let at = 0
  const bad = () => {
    if (fatal) throw new TypeError('the bytes are not UTF-8')
    units.push(0xfffd)
  }
  while (at < bytes.length) {
    const lead = bytes[at++]
    if (lead < 0x80) {
      units.push(lead)
    } else {
      const form = sequence(lead)
      if (form === undefined) {
        bad()
      } else {
        const start = at - 1
        let [left, low, high] = form
        let code = lead & (0x3f >> left)
        while (left > 0 && at < bytes.length && bytes[at] >= low && bytes[at] <= high) {
          code = (code << 6) | (bytes[at++] & 0x3f)
          low = 0x80
          high = 0xbf
          left--
        }
        if (left > 0 && at === bytes.length && stream) {
          parts.push(String.fromCharCode(...units))
          return { text: parts.join(''), left: bytes.slice(start) }
        }
        if (left > 0) bad()
        else if (code < 0x10000) units.push(code)
        else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff))
      }
    }
    if (units.length > 8192) {
      parts.push(String.fromCharCode(...units))
      units = []
    }
  }
  parts.push(String.fromCharCode(...units))
  return { text: parts.join(''), left: new Uint8Array(0) }
}

class TextEncoder {
  get encoding() {
    return 'utf-8'
  }
  encode(text = '') {
    return encode(text)
  }
}

class TextDecoder {
  #fatal
  #ignoreBOM
  #left = new Uint8Array(0)
  #started = false

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    if (!/^utf-?8$/i.test(label)) throw new RangeError(`only UTF-8 can be decoded, not ${label}`)
    this.#fatal = fatal
    this.#ignoreBOM = ignoreBOM
  }
  get encoding() {
    return 'utf-8'
  }
  decode(input = new Uint8Array(0), { stream = false } = {}) {
    const given =
      input instanceof ArrayBuffer
        ? new Uint8Array(input)
        : new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
    const bytes = new Uint8Array(this.#left.length + given.length)
    bytes.set(this.#left)
    bytes.set(given, this.#left.length)
    const { text, left } = decode(bytes, this.#fatal, stream)
    this.#left = left
    const first = !this.#started && text.length > 0
    this.#started = stream && (this.#started || text.length > 0)
    return first && !this.#ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }
}

/** Installs both. */
export function installTextCoding() {
  Object.assign(globalThis, { TextEncoder, TextDecoder })
}
