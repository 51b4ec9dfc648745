/** Errors about a container image. What an image says is shown short and without control characters. */
import { EnclaveError } from '../base/error.ts'

/** What a terminal would obey or reorder, and JSON leaves as it is. */
const UNSEEN = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** `text` of an image for an error, quoted and at most 100 characters long. */
export function shown(text: string): string {
  const quoted = JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
  return quoted.replace(UNSEEN, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** @returns an error for what is more than a limit allows. */
export function tooMuch(what: string, most: number | string, got?: number | string): EnclaveError {
  return new EnclaveError('E_OCI_LIMIT', {
    what,
    expected: `at most ${most}`,
    ...(got !== undefined && { got: `${got}` }),
    hint: 'build a smaller image: from scratch or a slim base, with only what the program needs',
  })
}

/** @returns an error for a document of the image that does not say what it should. */
export function malformed(
  what: string,
  expected: string,
  got: string,
  hint = 'save the image again',
): EnclaveError {
  return new EnclaveError('E_OCI_DOCUMENT', { what, expected, got, hint })
}

/** @returns an error for bytes that are not a tar archive as the tools for images write it. */
export function badTar(item: string, what: string, expected: string, got: string): EnclaveError {
  return new EnclaveError('E_OCI_TAR', { what: `${item}: ${what}`, expected, got })
}
