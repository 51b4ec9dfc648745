/** A component in a file, in the format that an enclave's process expects, so that it can be sent without parsing. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import type { Bytes } from '../base/bytes.ts'
import { Frame } from '../boundary/frames.ts'
import type { PreparedComponent } from '../boundary/program.ts'
import { type ReceivedCode, readHead, readProgram } from '../boundary/program-frames.ts'

/** A stored component; the file is read on demand. */
export class StoredComponent implements PreparedComponent {
  readonly name: string
  /** Whether the file also contains V8's code cache. */
  readonly hasCode: boolean
  readonly #path: string
  #read: ReceivedCode | undefined

  private constructor(path: string, hasCode: boolean) {
    this.name = basename(path)
    this.hasCode = hasCode
    this.#path = path
  }

  /** Opens the component at `path`. @throws {Error} if it is missing or incomplete. */
  static open(path: string): StoredComponent {
    const lengths = partLengths(path)
    return new StoredComponent(path, lengths[1]! > 0)
  }

  get glue(): string {
    return this.#whole().glue
  }

  get code(): Bytes | undefined {
    return this.#whole().code
  }

  get moduleBytes(): ReadonlyMap<string, Bytes> {
    return this.#whole().moduleBytes
  }

  #whole(): ReceivedCode {
    this.#read ??= readWhole(this.#path)
    return this.#read
  }
}

function readWhole(path: string): ReceivedCode {
  const bytes = new Uint8Array(readFileSync(path))
  let at = 0
  const read = (length: number) => {
    at += length
    return bytes.slice(at - length, at)
  }
  return readProgram(read).code!
}

/** The lengths of the parts, from the header. @throws {Error} if they do not fit the file. */
function partLengths(path: string): number[] {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    let end = 0
    const read = (length: number) => {
      end += length
      if (end > size) throw new Error(`${path} is truncated`)
      const bytes = new Uint8Array(length)
      readSync(file, bytes)
      return bytes
    }
    const { kind, head } = readHead(read)
    const whole = head.lengths.reduce((sum, length) => sum + length, end)
    if (kind === Frame.CODE && whole === size) return head.lengths
    throw new Error(`${path} is not a complete component`)
  } finally {
    closeSync(file)
  }
}
