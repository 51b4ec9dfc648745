/** What the commands of `qt attestation` read: a document in any spelling, from a file or standard input. */
import { createReadStream } from 'node:fs'
import { decodeDocumentText } from '../../attestation/index.ts'
import type { Bytes } from '../../base/bytes.ts'
import { concatBytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'
import { type OptionValues, UsageError } from '../core/command.ts'

/** Far above any document in any spelling: what is longer is not read to its end. */
const LENGTH_MAX = 2 << 20

/**
 * The bytes of the file `path`, or of standard input for `-`; of what is too long, its beginning.
 * @throws {UsageError} E_FILE where there is nothing to read.
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
      what: 'a file cannot be read',
      got: cause instanceof Error ? cause.message : String(cause),
      cause,
    })
  }
  return concatBytes(...parts)
}

/** The same as text. */
export async function readInputText(path: string): Promise<string> {
  return new TextDecoder().decode(await readInput(path))
}

/** The document in `input`. What is one in no spelling is given as it stands, for a verdict to refuse it. */
export function documentBytes(input: Bytes): Bytes {
  try {
    return decodeDocumentText(input)
  } catch (error) {
    if (error instanceof EnclaveError) return input
    throw error
  }
}

/** What `--output` asks for. @throws {UsageError} E_USAGE for another word. */
export function outputOf(options: OptionValues, otherwise: 'json' | 'text'): 'json' | 'text' {
  const output = options.text('output') ?? otherwise
  if (output === 'json' || output === 'text') return output
  throw new UsageError('E_USAGE', { what: 'no such --output', expected: 'json or text', got: output })
}
