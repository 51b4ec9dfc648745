/**
 * The frames that carry a program to an enclave's process: CODE, which is the same for every start and may be sent
 * before the start has been approved, and BOOT, after which the program runs. Each is a frame of JSON, followed by the
 * raw bytes of the parts that the JSON describes, so that parts need not be copied. AHEAD says that CODE is in the file
 * that the process was given.
 */
import type { Bytes } from '../base/bytes.ts'
import { encodeFrame, Frame, KIND_AT, PREFIX_LENGTH } from './frames.ts'
import type { PreparedComponent, SentProgram } from './program.ts'

/** Maximum length in bytes of the JSON, and of each part after it. */
const MAX_LENGTH = 1 << 30

/** The JSON's description of the parts, in their order. */
interface Head {
  lengths: number[]
}

interface CodeHead extends Head {
  /** Length of the component's glue, which is at the end of the script. */
  glue: number
  modules: string[]
}

interface BootHead extends Head {
  boot: Omit<SentProgram['boot'], 'files' | 'source'>
  cpuLimit: number | undefined
  hasSource: boolean
  files: string[]
}

/** The code that an enclave's process compiles. */
export interface ReceivedCode extends Omit<PreparedComponent, 'name'> {
  /** The kernel followed by the glue. */
  script: string
}

/** The rest of what was sent: the input of the kernel. */
export type ReceivedBoot = Pick<SentProgram, 'boot' | 'cpuLimit'>

/** Reads exactly `length` bytes. */
export type ReadExactly = (length: number) => Bytes

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** The chunks to write for CODE, in order. `script` is the kernel followed by the glue. */
export function encodeCode(script: string, { glue, code, moduleBytes }: PreparedComponent): Uint8Array[] {
  const head = { glue: encoder.encode(glue).byteLength, modules: [...moduleBytes.keys()] }
  return encode(Frame.CODE, head, [
    encoder.encode(script),
    code ?? new Uint8Array(0),
    ...moduleBytes.values(),
  ])
}

/** The chunks to write for AHEAD, in order. */
export const encodeAhead = (): Uint8Array[] => encode(Frame.AHEAD, {}, [])

/** The chunks to write for BOOT, in order. */
export function encodeBoot({ boot, cpuLimit }: ReceivedBoot): Uint8Array[] {
  const { files, source, ...rest } = boot
  const head = { boot: rest, cpuLimit, hasSource: source !== undefined, files: [...files.keys()] }
  return encode(Frame.BOOT, head, [source ?? new Uint8Array(0), ...files.values()])
}

/** Reads the next frame; its parts follow. @throws {Error} if it is too long. */
export function readHead(read: ReadExactly): { kind: number; head: Head } {
  const prefix = new DataView(read(PREFIX_LENGTH).buffer)
  const length = prefix.getUint32(0, true)
  if (length > MAX_LENGTH) throw new Error('the frame is too long')
  return { kind: prefix.getUint8(KIND_AT), head: JSON.parse(decoder.decode(read(length))) as Head }
}

/** Reads the next CODE or BOOT; AHEAD has neither. @throws {Error} for any other frame. */
export function readProgram(
  read: ReadExactly,
):
  | { code: ReceivedCode; boot?: never }
  | { code?: never; boot: ReceivedBoot }
  | { code?: never; boot?: never } {
  const { kind, head } = readHead(read)
  if (kind === Frame.AHEAD) return {}
  const parts = head.lengths.map((each) => read(each))
  if (kind === Frame.CODE) return { code: decodeCode(head as CodeHead, parts) }
  if (kind === Frame.BOOT) return { boot: decodeBoot(head as BootHead, parts) }
  throw new Error('unexpected frame')
}

function decodeCode({ glue, modules }: CodeHead, [script, code, ...bytes]: Bytes[]): ReceivedCode {
  return {
    script: decoder.decode(script),
    // Decoded on demand: only the component store needs it.
    get glue() {
      return decoder.decode(script!.subarray(script!.byteLength - glue))
    },
    code: code!.byteLength > 0 ? code : undefined,
    moduleBytes: new Map(modules.map((name, index) => [name, bytes[index]!])),
  }
}

function decodeBoot(
  { boot, cpuLimit, hasSource, files }: BootHead,
  [source, ...bytes]: Bytes[],
): ReceivedBoot {
  return {
    boot: {
      ...boot,
      source: hasSource ? source : undefined,
      files: new Map(files.map((path, index) => [path, bytes[index]!])),
    },
    cpuLimit,
  }
}

function encode(kind: number, head: object, parts: readonly Uint8Array[]): Uint8Array[] {
  const lengths = parts.map(({ byteLength }) => byteLength)
  return [encodeFrame(kind, encoder.encode(JSON.stringify({ ...head, lengths }))), ...parts]
}
