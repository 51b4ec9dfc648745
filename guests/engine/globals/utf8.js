/**
 * UTF-8, by the engine's own C (guests/engine/runtime/text.c). It stands in for the module `@exodus/bytes/utf8.js`, which does
 * the same in JavaScript.
 */

let native

/** Sets the C functions. */
export function setNativeText(functions) {
  native = functions
}

/** The bytes of a string; a lone surrogate becomes U+FFFD. */
export const utf8fromStringLoose = (text) => native.encodeUtf8(text.toWellFormed())

/** The string of bytes; what is not UTF-8 becomes U+FFFD. */
export const utf8toStringLoose = (bytes) => native.decodeUtf8(bytes, false)

/** The string of bytes. @throws {TypeError} if they are not UTF-8. */
export function utf8toString(bytes) {
  const text = native.decodeUtf8(bytes, true)
  if (text === undefined) throw new TypeError('The encoded data was not valid for encoding utf-8')
  return text
}

/** The bytes of a string. @throws {TypeError} for a lone surrogate. */
export function utf8fromString(text) {
  if (!text.isWellFormed()) throw new TypeError('the string has a lone surrogate')
  return native.encodeUtf8(text)
}
