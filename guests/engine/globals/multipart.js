/** multipart/form-data, RFC 7578: a FormData as bytes, and back. */
import { blobBytes, File, join } from './blob.js'
import { FormData } from './form-data.js'
import { utf8fromStringLoose, utf8toStringLoose } from './utf8.js'

const MAX_PARTS = 10000
const escapeName = (name) => name.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22')
const unescapeName = (name) => name.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%22/g, '"')
const lineEnds = (text) => text.replace(/\r\n?|\n/g, '\r\n')

/** The bytes of a form, and the boundary between its parts. */
export function writeForm(form) {
  const boundary = `----webclave-${Array.from({ length: 4 }, () => Math.random().toString(36).slice(2, 10)).join('')}`
  const parts = []
  const write = (text) => parts.push(utf8fromStringLoose(text))
  for (const [name, value] of form) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(lineEnds(name))}"`
    if (typeof value === 'string') {
      write(`${head}\r\n\r\n${lineEnds(value)}\r\n`)
    } else {
      write(
        `${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}\r\n\r\n`,
      )
      parts.push(blobBytes(value))
      write('\r\n')
    }
  }
  write(`--${boundary}--\r\n`)
  return { bytes: join(parts), boundary }
}

const wrong = (what) => new TypeError(`the body is not multipart/form-data: ${what}`)

/** Where `needle` begins in `bytes`, from `from` on; -1 if nowhere. */
function find(bytes, needle, from) {
  for (let at = bytes.indexOf(needle[0], from); at >= 0; at = bytes.indexOf(needle[0], at + 1)) {
    let length = 1
    while (length < needle.length && bytes[at + length] === needle[length]) length++
    if (length === needle.length) return at
  }
  return -1
}

function readHead(text) {
  const head = { type: 'text/plain' }
  for (const line of text.split('\r\n')) {
    const [, name, value] = /^([^:]+):[\t ]*(.*)$/.exec(line) ?? []
    if (name === undefined) throw wrong('a part has a line that is not a header')
    if (name.toLowerCase() === 'content-type') head.type = value
    if (name.toLowerCase() !== 'content-disposition') continue
    const [, key] = /^form-data;.*?\bname="([^"]*)"/i.exec(value) ?? []
    if (key === undefined) throw wrong('a part has no name')
    head.name = unescapeName(key)
    const [, file] = /;\s*filename="([^"]*)"/i.exec(value) ?? []
    if (file !== undefined) head.filename = unescapeName(file)
  }
  if (head.name === undefined) throw wrong('a part has no name')
  return head
}

/** The form in `bytes`. @throws {TypeError} if it is not well formed. */
export function readForm(bytes, boundary) {
  const form = new FormData()
  const [mark, blank] = [utf8fromStringLoose(`\r\n--${boundary}`), utf8fromStringLoose('\r\n\r\n')]
  const first = mark.subarray(2)
  let at = find(bytes, first, 0)
  if (at !== 0) throw wrong('it does not begin with its boundary')
  at += first.length
  for (let count = 0; count <= MAX_PARTS; count++) {
    const after = utf8toStringLoose(bytes.subarray(at, at + 2))
    if (after === '--') return form
    if (after !== '\r\n') throw wrong('a boundary is not followed by a new line')
    const body = find(bytes, blank, at)
    const end = body < 0 ? -1 : find(bytes, mark, body + 2)
    if (end < 0) throw wrong('a part does not end')
    const { name, filename, type } = readHead(utf8toStringLoose(bytes.subarray(at + 2, body)))
    const value = bytes.subarray(Math.min(body + 4, end), end)
    form.append(
      name,
      filename === undefined ? utf8toStringLoose(value) : new File([value], filename, { type }),
    )
    at = end + mark.length
  }
  throw wrong(`it has more than ${MAX_PARTS} parts`)
}
