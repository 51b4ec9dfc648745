/** `node:buffer`: the npm package of that name, with the encoding base64url, which it lacks. */
import buffer from 'buffer/index.js'

const { Buffer } = buffer
const isUrl = (encoding) => typeof encoding === 'string' && encoding.toLowerCase() === 'base64url'
/** Reading base64 accepts the other alphabet too. */
const known = (encoding) => (isUrl(encoding) ? 'base64' : encoding)

const { from, byteLength, isEncoding, alloc } = Buffer
const { toString: textOf, write, fill, indexOf, lastIndexOf, includes } = Buffer.prototype

Buffer.from = (value, encoding, length) => from(value, known(encoding), length)
Buffer.byteLength = (value, encoding) => byteLength(value, known(encoding))
Buffer.isEncoding = (encoding) => isEncoding(known(encoding))
Buffer.alloc = (size, value, encoding) => alloc(size, value, known(encoding))
Buffer.prototype.toString = function (encoding, ...range) {
  const text =
    encoding === undefined
      ? textOf.call(this, 'utf8', ...range)
      : textOf.call(this, known(encoding), ...range)
  return isUrl(encoding) ? text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') : text
}
Buffer.prototype.toLocaleString = Buffer.prototype.toString
Buffer.prototype.write = function (...given) {
  return write.apply(this, given.map(known))
}
for (const [name, original] of Object.entries({ fill, indexOf, lastIndexOf, includes })) {
  // The value to look for or to fill with is the first argument, and may itself be the text 'base64url'.
  Buffer.prototype[name] = function (value, ...rest) {
    return original.call(this, value, ...rest.map(known))
  }
}

for (const name of ['readBigUInt64LE', 'readBigUInt64BE', 'writeBigUInt64LE', 'writeBigUInt64BE'])
  Buffer.prototype[name.replace('UInt', 'Uint')] ??= Buffer.prototype[name]

/** A copy of the elements of a typed array. */
Buffer.copyBytesFrom = (view, offset = 0, length = view.length - offset) => {
  const part = view.subarray(offset, offset + length)
  return from(Uint8Array.from(new Uint8Array(part.buffer, part.byteOffset, part.byteLength)))
}

const isAscii = (bytes) =>
  (ArrayBuffer.isView(bytes) ? from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : from(bytes)).every(
    (byte) => byte < 128,
  )
function isUtf8(bytes) {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

export default {
  ...buffer,
  Buffer,
  kStringMaxLength: 0x1fffffff,
  constants: { MAX_LENGTH: buffer.kMaxLength, MAX_STRING_LENGTH: 0x1fffffff },
  isAscii,
  isUtf8,
  atob: (text) => globalThis.atob(text),
  btoa: (text) => globalThis.btoa(text),
  get Blob() {
    return globalThis.Blob
  },
  get File() {
    return globalThis.File
  },
}
