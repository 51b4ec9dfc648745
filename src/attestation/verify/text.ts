/**
 * Decodes documents from the forms in which people exchange them: raw, hexadecimal or base64, in a file or pasted.
 * Whether the bytes are a document is checked later. Input is hostile.
 */

import { fromBase64 } from '../../base/base64.ts'
import { type Bytes, fromHex } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import type { ProfileName } from '../../base/profile.ts'
import type { CborItem } from '../../encoding/cbor/item.ts'
import { readCbor } from '../../encoding/cbor/reader.ts'

const HEX = /^(?:0x)?((?:[0-9a-f]{2})+)$/i
const BASE64 = /^[a-z0-9+/_-]+={0,2}$/i
/** A text in quotes, as it is copied from JSON or from a program. */
const QUOTED = /^(["'])(.*)\1$/
const PEM = /^\s*-----BEGIN /
/** The beginning of a document in base64 or hexadecimal. */
const LIKE_DOCUMENT = /^(?:hE|0oRE|84|d284)/i

/** Longer than any document in any encoding; longer input is rejected without scanning it. */
const LENGTH_MAX = 1 << 20

/**
 * Decodes a document given as raw bytes, hex or base64 (either alphabet), also in quotes. White space is ignored.
 *
 * The forms cannot be confused: a raw document begins with 0x84 or 0xd2, which is not ASCII, and a document in base64
 * begins with `h` or `0o`, which is not hexadecimal.
 *
 * @throws {EnclaveError} E_DOCUMENT_TEXT if it has none of these forms or is longer than 1 MiB.
 * @example
 * decodeDocumentText('hEOh') // Uint8Array [ 0x84, 0x43, 0xa1 ]
 */
export function decodeDocumentText(input: Uint8Array | string): Bytes {
  if (input.length > LENGTH_MAX) throw unreadable(`${input.length} bytes`)
  if (typeof input !== 'string' && input.some((byte) => byte >= 0x80)) return Uint8Array.from(input)
  const given = typeof input === 'string' ? input : new TextDecoder().decode(input)
  // Its dashes would be letters of base64url.
  if (PEM.test(given)) throw unreadable(...whatIsIt(given))
  const text = given.replace(/\s+/g, '').replace(QUOTED, '$2')
  const hex = HEX.exec(text)?.[1]
  if (hex !== undefined) return fromHex(hex)
  if (!BASE64.test(text)) throw unreadable(...whatIsIt(given))
  return fromBase64(text)
}

/** What a text is that is not a document, and what to do if that is known. */
function whatIsIt(text: string): [got: string, hint?: string] {
  if (/^\s*-----BEGIN /.test(text))
    return ['PEM, such as a certificate', 'pass the document, not a certificate']
  if (!/^\s*[[{]/.test(text)) return [`a text of ${text.length} characters`]
  try {
    const name = nameOfDocument(JSON.parse(text))
    return [
      'JSON',
      name === undefined
        ? 'pass the document in it, without the JSON around it'
        : `pass the value of its member ${name}`,
    ]
  } catch {
    return [`a text of ${text.length} characters that looks like JSON`]
  }
}

/** Where in `value` there is a text that may be a document: the name of its member. */
function nameOfDocument(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'string' && LIKE_DOCUMENT.test(member)) return JSON.stringify(name.slice(0, 64))
  }
  return undefined
}

function unreadable(got: string, hint?: string): EnclaveError {
  return new EnclaveError('E_DOCUMENT_TEXT', {
    what: 'this is not an attestation document in a known encoding',
    expected: 'raw bytes, hexadecimal or base64',
    got,
    hint,
  })
}

/**
 * Guesses the profile of a document from the second field of its payload; `undefined` if it has neither form. Only for
 * displaying unverified documents: a verifier must state the profile itself.
 */
export function guessProfile(bytes: Uint8Array): ProfileName | undefined {
  if (bytes.byteLength > LENGTH_MAX) return undefined
  try {
    const outer = readCbor(Uint8Array.from(bytes), { tags: 'outermost' })
    const array = outer.kind === 'tag' ? outer.item : outer
    const payload = array.kind === 'array' ? array.items[2] : undefined
    return payload?.kind === 'bytes' ? guessByFields(readCbor(payload.value)) : undefined
  } catch {
    return undefined
  }
}

function guessByFields(payload: CborItem): ProfileName | undefined {
  const key = payload.kind === 'map' ? payload.entries[1]?.key : undefined
  if (key?.kind !== 'text') return undefined
  if (key.value === 'timestamp') return 'qingtian'
  return key.value === 'digest' ? 'nitro' : undefined
}
