/** Blob and File: the File API, sections 3 and 4. A Blob keeps its bytes; a slice shares them. */
import { asInterface } from './define.js'
import { TextDecoderStream } from './encoding.js'
import { streams } from './streams.js'
import { utf8fromStringLoose, utf8toStringLoose } from './utf8.js'

const CHUNK = 65536

let bytesOf
let share

const nativeEnds = (text) => text.replace(/\r\n?|\n/g, '\n')

function partBytes(part, endings) {
  if (part instanceof Blob) return bytesOf(part)
  if (part instanceof ArrayBuffer) return new Uint8Array(part)
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
  return utf8fromStringLoose(endings === 'native' ? nativeEnds(`${part}`) : `${part}`)
}

/** The bytes of several parts as one array. */
export function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The nearest integer, and of two the even one, as Web IDL's [Clamp] rounds. */
function nearest(value) {
  const number = Number(value) || 0
  const rounded = Math.round(number)
  return rounded - number === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

const typeOf = (text) => (/[^ -~]/.test(text) ? '' : text.toLowerCase())

export class Blob {
  #bytes
  #type

  static {
    bytesOf = (blob) => blob.#bytes
    share = (bytes, type) => {
      const blob = new Blob()
      blob.#bytes = bytes
      blob.#type = typeOf(type)
      return blob
    }
  }

  constructor(parts = [], options = {}) {
    if (typeof parts !== 'object' || parts === null || typeof parts[Symbol.iterator] !== 'function') {
      throw new TypeError('Blob: the first argument is not a sequence of parts')
    }
    const { type = '', endings = 'transparent' } = options ?? {}
    if (endings !== 'transparent' && endings !== 'native')
      throw new TypeError('Blob: endings is not transparent or native')
    this.#bytes = join(Array.from(parts, (part) => partBytes(part, endings)))
    this.#type = typeOf(`${type}`)
  }
  get size() {
    return this.#bytes.length
  }
  get type() {
    return this.#type
  }
  slice(start = 0, end = this.size, type = '') {
    const place = (value) => (value < 0 ? Math.max(this.size + value, 0) : Math.min(value, this.size))
    const [from, to] = [place(nearest(start)), place(nearest(end))]
    return share(this.#bytes.subarray(from, Math.max(from, to)), `${type}`)
  }
  async arrayBuffer() {
    return this.#bytes.slice().buffer
  }
  async bytes() {
    return this.#bytes.slice()
  }
  async text() {
    return utf8toStringLoose(this.#bytes).replace(/^\ufeff/, '')
  }
  stream() {
    return streamOf(this.#bytes)
  }
  textStream() {
    return this.stream().pipeThrough(new TextDecoderStream())
  }
}

/** A byte stream of a source, which is asked for a piece when somebody wants one. */
export function streamOfSource(source) {
  return new (streams().ReadableStream)(
    {
      type: 'bytes',
      async pull(controller) {
        const piece = await source.next()
        if (piece) return controller.enqueue(piece.slice())
        controller.close()
        controller.byobRequest?.respond(0)
      },
      cancel: () => source.cancel(),
    },
    { highWaterMark: 0 },
  )
}

/** A byte stream of `bytes`, in pieces. */
export function streamOf(bytes) {
  let at = 0
  return new (streams().ReadableStream)({
    type: 'bytes',
    pull(controller) {
      if (at < bytes.length) {
        controller.enqueue(bytes.slice(at, at + CHUNK))
        at += CHUNK
      }
      if (at >= bytes.length) {
        controller.close()
        controller.byobRequest?.respond(0)
      }
    },
  })
}

export class File extends Blob {
  #name
  #lastModified
  constructor(parts, name, options = {}) {
    if (arguments.length < 2) throw new TypeError('File: 2 arguments required')
    super(parts, options)
    this.#name = `${name}`.toWellFormed()
    this.#lastModified =
      options?.lastModified === undefined ? Date.now() : Math.trunc(Number(options.lastModified)) || 0
  }
  get name() {
    return this.#name
  }
  get lastModified() {
    return this.#lastModified
  }
}

asInterface({ Blob, File })

/** The bytes of a Blob, which nobody may change. */
export const blobBytes = (blob) => bytesOf(blob)
/** A Blob of `bytes`, which nobody may change. */
export const blobOf = (bytes, type) => share(bytes, type)
