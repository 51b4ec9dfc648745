/**
 * TextEncoder, TextDecoder and their streams: the Encoding Standard by `@exodus/bytes`, without the encodings of several
 * bytes that are older than Unicode.
 */
import {
  TextDecoder as Decoder,
  TextEncoder as Encoder,
  normalizeEncoding,
} from '@exodus/bytes/encoding-lite.js'
import { asInterface } from './define.js'
import { streams } from './streams.js'

export class TextEncoder {
  #encoder = new Encoder()
  get encoding() {
    return 'utf-8'
  }
  encode(input = '') {
    return this.#encoder.encode(`${input}`)
  }
  encodeInto(source, destination) {
    if (arguments.length < 2) throw new TypeError('encodeInto: 2 arguments required')
    return this.#encoder.encodeInto(`${source}`, destination)
  }
}

const optionsOf = (options) => {
  if (
    options !== undefined &&
    options !== null &&
    typeof options !== 'object' &&
    typeof options !== 'function'
  ) {
    throw new TypeError('TextDecoder: the options are not an object')
  }
  return options ?? {}
}

const SEVERAL_BYTES = new Set([
  'big5',
  'euc-kr',
  'euc-jp',
  'iso-2022-jp',
  'shift_jis',
  'gbk',
  'gb18030',
  'replacement',
])
const canDecode = (label) => {
  const name = normalizeEncoding(label)
  return name !== null && !SEVERAL_BYTES.has(name)
}

export class TextDecoder {
  #decoder
  constructor(label = 'utf-8', options = {}) {
    const name = `${label}`
    if (!canDecode(name))
      throw new RangeError(`TextDecoder: an enclave cannot decode ${JSON.stringify(name)}`)
    this.#decoder = new Decoder(name, optionsOf(options))
  }
  get encoding() {
    return this.#decoder.encoding
  }
  get fatal() {
    return this.#decoder.fatal
  }
  get ignoreBOM() {
    return this.#decoder.ignoreBOM
  }
  decode(input = new Uint8Array(0), options = {}) {
    return this.#decoder.decode(input, optionsOf(options))
  }
}

const transform = (transformer) => new (streams().TransformStream)(transformer)

export class TextDecoderStream {
  #decoder
  #ends
  constructor(label = 'utf-8', options = {}) {
    const decoder = new TextDecoder(label, options)
    this.#decoder = decoder
    this.#ends = transform({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true })
        if (text !== '') controller.enqueue(text)
      },
      flush(controller) {
        const text = decoder.decode()
        if (text !== '') controller.enqueue(text)
      },
    })
  }
  get encoding() {
    return this.#decoder.encoding
  }
  get fatal() {
    return this.#decoder.fatal
  }
  get ignoreBOM() {
    return this.#decoder.ignoreBOM
  }
  get readable() {
    return this.#ends.readable
  }
  get writable() {
    return this.#ends.writable
  }
}

export class TextEncoderStream {
  #ends
  constructor() {
    const encoder = new Encoder()
    let lead = ''
    this.#ends = transform({
      transform(chunk, controller) {
        const text = `${lead}${chunk}`
        lead = /[\ud800-\udbff]$/.exec(text)?.[0] ?? ''
        const whole = text.slice(0, text.length - lead.length)
        if (whole !== '') controller.enqueue(encoder.encode(whole))
      },
      flush(controller) {
        if (lead !== '') controller.enqueue(Uint8Array.of(0xef, 0xbf, 0xbd))
      },
    })
  }
  get encoding() {
    return 'utf-8'
  }
  get readable() {
    return this.#ends.readable
  }
  get writable() {
    return this.#ends.writable
  }
}

asInterface({ TextEncoder, TextDecoder, TextDecoderStream, TextEncoderStream })
