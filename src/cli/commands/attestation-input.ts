/** Input of the commands of `qt attestation`: a document in any encoding, from a file or standard input. */
import { createReadStream } from 'node:fs'
import { decodeDocumentText } from '../../attestation/index.ts'
import type { Bytes } from '../../base/bytes.ts'
import { concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { type OptionValues, UsageError } from '../core/command.ts'

/** Bytes. Far more than any document in any encoding; longer input is not read to its end. */
const LENGTH_MAX = 2 << 20

/**
 * The bytes of the file `path`, or of standard input for `-`; only the beginning if the input is too long.
 * @throws {UsageError} E_FILE if the file cannot be read.
 */
export async function readInput(path: string): Promise<Bytes> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    for await (const part of path === '-' ? process.stdin : createReadStream(path)) {
      parts.push(part)
      length += part.length
      if (length > LENGTH_MAX) break
    }
  } catch (cause) {
    throw new UsageError('E_FILE', {
      what: `the file ${path} cannot be read`,
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
  return concatBytes(...parts)
}

/** The input at `path` as text; see readInput. */
export async function readInputText(path: string): Promise<string> {
  return new TextDecoder().decode(await readInput(path))
}

/**
 * The document in `input`. Input in an unknown encoding is returned unchanged, so that verification rejects it.
 * @throws {EnclaveError} E_DOCUMENT_TEXT for what is known to be something else, with what to do.
 */
export function documentBytes(input: Bytes): Bytes {
  try {
    return decodeDocumentText(input)
  } catch (error) {
    if (error instanceof EnclaveError && error.hint === undefined) return input
    throw error
  }
}

/** The value of `--output`. @throws {UsageError} E_USAGE for an unknown one. */
export function outputOf(options: OptionValues, otherwise: 'json' | 'text'): 'json' | 'text' {
  const output = options.text('output') ?? otherwise
  if (output === 'json' || output === 'text') return output
  throw new UsageError('E_USAGE', { what: 'unknown --output', expected: 'json or text', got: output })
}
