/**
 * Distinguished names as readable text, similar to RFC 4514. Names are compared as bytes, never as these texts. The
 * texts come from hostile input, so characters that could control a terminal are replaced.
 */
import type { Bytes } from '../../base/bytes.ts'
import { DerReader, readOid, TAG } from '../der/reader.ts'

const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
}

const decoder = new TextDecoder()

/** `CN=…, O=…` in the order of the certificate. Never throws, whatever the bytes are. */
export function nameText(name: Bytes): string {
  return readable(name, (parts) => parts.map((part) => part.join('=')).join(', '))
}

/** The common name, or an empty string if there is none. Never throws, whatever the bytes are. */
export function commonName(name: Bytes): string {
  return readable(name, (parts) => parts.find(([attribute]) => attribute === 'CN')?.[1] ?? '')
}

/** Names are displayed, and refused by (`test-root.ts`), but never trusted, so a malformed one must not abort a verification. */
function readable(name: Bytes, show: (parts: [attribute: string, value: string][]) => string): string {
  try {
    return show(nameParts(name))
  } catch {
    return 'an unreadable name'
  }
}

function nameParts(name: Bytes): [attribute: string, value: string][] {
  const sets = new DerReader(name).enter('a name', TAG.sequence)
  const parts: [string, string][] = []
  while (!sets.done) {
    const set = sets.enter('a part of a name', TAG.set)
    while (!set.done) {
      const pair = set.enter('an attribute', TAG.sequence)
      const oid = readOid(pair.read('its type', TAG.oid).content)
      parts.push([ATTRIBUTES[oid] ?? oid, printable(decoder.decode(pair.read('its value').content))])
    }
  }
  return parts
}

/** `text` with everything that is not a letter, mark, number, punctuation, symbol or plain space replaced. */
export function printable(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '\u{fffd}')
}
