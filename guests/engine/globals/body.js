/**
 * The body of a Request or a Response: the Fetch Standard, section 5.2. Bytes stay bytes until somebody asks for the
 * stream, so that an ordinary body needs no streams; so does a `source`, the body of a server's response.
 */
import { Blob, blobBytes, blobOf, join, streamOf, streamOfSource } from './blob.js'
import { TextDecoderStream } from './encoding.js'
import { FormData } from './form-data.js'
import { readForm, writeForm } from './multipart.js'
import { urls } from './url.js'
import { utf8fromStringLoose, utf8toStringLoose } from './utf8.js'

const tag = (value) => Object.prototype.toString.call(value)
const isStream = (value) => tag(value) === '[object ReadableStream]'

/** The content of a body, and the content type that it gives. */
export function extractBody(init) {
  if (init === null || init === undefined) return { content: undefined, type: null }
  if (isStream(init)) {
    if (init.locked || init._disturbed) throw new TypeError('the stream of the body is locked or was read')
    return { content: { stream: init, used: false }, type: null }
  }
  const { bytes, type } = bytesOfInit(init)
  return { content: { bytes, used: false }, type }
}

function bytesOfInit(init) {
  if (init instanceof Blob) return { bytes: blobBytes(init), type: init.type || null }
  if (init instanceof ArrayBuffer) return { bytes: new Uint8Array(init.slice(0)), type: null }
  if (ArrayBuffer.isView(init)) {
    return { bytes: new Uint8Array(init.buffer, init.byteOffset, init.byteLength).slice(), type: null }
  }
  if (init instanceof FormData) {
    const { bytes, boundary } = writeForm(init)
    return { bytes, type: `multipart/form-data; boundary=${boundary}` }
  }
  if (tag(init) === '[object URLSearchParams]') {
    return { bytes: utf8fromStringLoose(`${init}`), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
  }
  return { bytes: utf8fromStringLoose(`${init}`), type: 'text/plain;charset=UTF-8' }
}

const isUsed = (content) => content !== undefined && (content.used || Boolean(content.stream?._disturbed))

/** A second content with the same bytes. */
export function cloneContent(content, what) {
  if (content === undefined) return undefined
  if (isUsed(content) || content.stream?.locked)
    throw new TypeError(`${what}.clone: the body was already read`)
  if (content.bytes) return { bytes: content.bytes, used: false }
  makeStream(content)
  const [left, right] = content.stream.tee()
  content.stream = left
  return { stream: right, used: false }
}

/** Takes the content for another owner. */
export function takeContent(content) {
  if (content === undefined) return undefined
  if (isUsed(content) || content.stream?.locked) throw new TypeError('the body was already read')
  content.used = true
  const { bytes, stream, source } = content
  return { bytes, stream, source, used: false }
}

/** The bytes of streams that were made of bytes; another response may have got such a stream as its body. */
const wholes = new WeakMap()

/** The bytes of a content that is no stream, or one that was made of bytes; they count as read then. */
export function takeBytes(content) {
  if (content === undefined || isUsed(content) || content.stream?.locked) return undefined
  const { stream } = content
  const bytes = stream ? wholes.get(stream) : content.bytes
  if (bytes === undefined) return undefined
  content.used = true
  stream?.cancel()
  return bytes
}

function makeStream(content) {
  if (content.stream) return
  content.stream = content.source ? streamOfSource(content.source) : streamOf(content.bytes)
  if (content.bytes) wholes.set(content.stream, content.bytes)
}

function memoryFor(length) {
  try {
    return new Uint8Array(length)
  } catch (cause) {
    throw new TypeError('the body is too large for the memory that is left', { cause })
  }
}

async function readSource(source) {
  let bytes = new Uint8Array(0)
  let length = 0
  try {
    for (let piece = await source.next(); piece; piece = await source.next()) {
      if (length + piece.length > bytes.length) {
        const larger = memoryFor(Math.max(2 * bytes.length, length + piece.length))
        larger.set(bytes.subarray(0, length))
        bytes = larger
      }
      bytes.set(piece, length)
      length += piece.length
    }
  } catch (error) {
    source.cancel()
    throw error
  }
  return bytes.subarray(0, length)
}

async function readAll(stream) {
  const chunks = []
  const reader = stream.getReader()
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return join(chunks)
    if (!(value instanceof Uint8Array))
      throw new TypeError('the stream of the body has a chunk that is not a Uint8Array')
    chunks.push(value)
  }
}

function formOf(bytes, type) {
  const [essence, ...parameters] = (type ?? '').split(';')
  const kind = essence.trim().toLowerCase()
  if (kind === 'multipart/form-data') {
    const boundary = /^\s*boundary="?([^"]+)"?\s*$/i.exec(
      parameters.find((one) => /^\s*boundary=/i.test(one)) ?? '',
    )?.[1]
    if (boundary === undefined) throw new TypeError('the content type has no boundary')
    return readForm(bytes, boundary)
  }
  if (kind !== 'application/x-www-form-urlencoded')
    throw new TypeError(`the content type ${JSON.stringify(type)} is not that of a form`)
  const form = new FormData()
  for (const [name, value] of new (urls().URLSearchParams)(utf8toStringLoose(bytes))) form.append(name, value)
  return form
}

const withoutMark = (text) => text.replace(/^\ufeff/, '')

/** A class with the members of a body; `state` of an object is its content and its headers. */
export function bodyMembers(owner, state) {
  const read = async (self, convert) => {
    const { content, headers } = state(self)
    if (content === undefined) return convert(new Uint8Array(0), headers)
    if (isUsed(content) || content.stream?.locked)
      throw new TypeError('Body is unusable: it was already read or its stream is locked')
    content.used = true
    const { bytes, source, stream } = content
    return convert(stream ? await readAll(stream) : source ? await readSource(source) : bytes, headers)
  }
  const members = {
    get body() {
      const { content } = state(this)
      if (content === undefined) return null
      if (!content.stream) {
        makeStream(content)
        if (content.used) content.stream.cancel()
      }
      return content.stream
    },
    get bodyUsed() {
      return isUsed(state(this).content)
    },
    arrayBuffer() {
      return read(this, (bytes) => bytes.slice().buffer)
    },
    blob() {
      return read(this, (bytes, headers) => blobOf(bytes, headers.get('content-type') ?? ''))
    },
    bytes() {
      return read(this, (bytes) => bytes.slice())
    },
    formData() {
      return read(this, (bytes, headers) => formOf(bytes, headers.get('content-type')))
    },
    json() {
      return read(this, (bytes) => JSON.parse(withoutMark(utf8toStringLoose(bytes))))
    },
    text() {
      return read(this, (bytes) => withoutMark(utf8toStringLoose(bytes)))
    },
    textStream() {
      if (this.bodyUsed) throw new TypeError('Body is unusable: it was already read')
      return (this.body ?? streamOf(new Uint8Array(0))).pipeThrough(new TextDecoderStream())
    },
  }
  Object.defineProperties(owner.prototype, Object.getOwnPropertyDescriptors(members))
}
