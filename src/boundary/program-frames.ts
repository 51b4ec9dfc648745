/**
 * A program on its way to an enclave's process: CODE, which is the same at every start and may come before it is known
 * whether it may run, and BOOT, after which it runs. Each is a frame of JSON, and after it the bytes that the JSON is
 * about as they are: nothing is put together, and nothing is taken apart. AHEAD says that CODE is in the file that the
 * process was given.
 */
import type { Bytes } from '../base/bytes.ts'
import { encodeFrame, Frame, KIND_AT, PREFIX_LENGTH } from './frames.ts'
import type { PreparedComponent, SentProgram } from './program.ts'

/** Bytes of JSON, and of each part after it, at most. */
const MAX_LENGTH = 1 << 30

/** What the JSON says of the parts, in their order. */
interface Head {
  lengths: number[]
}

interface CodeHead extends Head {
  /** Bytes of the script that are the component's glue: its last ones. */
  glue: number
  modules: string[]
}

interface BootHead extends Head {
  boot: Omit<SentProgram['boot'], 'files' | 'source'>
  cpuLimit: number | undefined
  hasSource: boolean
  files: string[]
}

/** What an enclave's process compiles. */
export interface ReceivedCode extends Omit<PreparedComponent, 'name'> {
  /** The whole of the kernel and the glue. */
  script: string
}

/** What begins an enclave: the rest of what was sent. */
export type ReceivedBoot = Pick<SentProgram, 'boot' | 'cpuLimit'>

/** Takes exactly so many bytes of what comes. */
export type ReadExactly = (length: number) => Bytes

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** What is to be written for CODE, in order. `script` is the whole of the kernel and the glue. */
export function encodeCode(script: string, { glue, code, moduleBytes }: PreparedComponent): Uint8Array[] {
  const head = { glue: encoder.encode(glue).byteLength, modules: [...moduleBytes.keys()] }
  return encode(Frame.CODE, head, [
    encoder.encode(script),
    code ?? new Uint8Array(0),
    ...moduleBytes.values(),
  ])
}

/** What is to be written for AHEAD, in order. */
export const encodeAhead = (): Uint8Array[] => encode(Frame.AHEAD, {}, [])

/** What is to be written for BOOT, in order. */
export function encodeBoot({ boot, cpuLimit }: ReceivedBoot): Uint8Array[] {
  const { files, source, ...rest } = boot
  const head = { boot: rest, cpuLimit, hasSource: source !== undefined, files: [...files.keys()] }
  return encode(Frame.BOOT, head, [source ?? new Uint8Array(0), ...files.values()])
}

/** Reads the frame of what comes next; its parts come then. @throws {Error} where it is too long. */
export function readHead(read: ReadExactly): { kind: number; head: Head } {
  const prefix = new DataView(read(PREFIX_LENGTH).buffer)
  const length = prefix.getUint32(0, true)
  if (length > MAX_LENGTH) throw new Error('the frame is too long')
  return { kind: prefix.getUint8(KIND_AT), head: JSON.parse(decoder.decode(read(length))) as Head }
}

/** Reads what comes next: AHEAD is neither. @throws {Error} where it is none of the three. */
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
  throw new Error('another frame was expected')
}

function decodeCode({ glue, modules }: CodeHead, [script, code, ...bytes]: Bytes[]): ReceivedCode {
  return {
    script: decoder.decode(script),
    // Only who keeps components asks for it.
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
