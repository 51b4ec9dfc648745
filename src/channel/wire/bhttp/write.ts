/** Writes binary HTTP messages of indeterminate length (RFC 9292, section 3.2). */
import type { Bytes } from '../../../base/bytes.ts'
import { varintLength, writeVarint } from '../varint.ts'
import type { Field } from './fields.ts'

/** The first integer of a message: what it is. */
export const Framing = { request: 0, answer: 1, longRequest: 2, longAnswer: 3 } as const

/** What a request begins with. Paths have their query. */
export interface RequestHead {
  readonly method: string
  readonly scheme: string
  readonly authority: string
  readonly path: string
  readonly fields: readonly Field[]
}

/** What an answer begins with. */
export interface AnswerHead {
  readonly status: number
  readonly fields: readonly Field[]
}

/** The end of the content, and of trailers of which there are none. */
export const END: Bytes = Uint8Array.of(0, 0)

export function writeRequestHead({ method, scheme, authority, path, fields }: RequestHead): Bytes {
  return write(Framing.longRequest, [], [method, scheme, authority, path], fields)
}

export function writeAnswerHead({ status, fields }: AnswerHead): Bytes {
  return write(Framing.longAnswer, [status], [], fields)
}

/** Texts are bytes as HTTP has them: each character is one. */
function write(
  framing: number,
  numbers: readonly number[],
  texts: readonly string[],
  fields: readonly Field[],
): Bytes {
  let length = 2
  for (const number of numbers) length += varintLength(number)
  for (const text of texts) length += varintLength(text.length) + text.length
  for (const [name, value] of fields)
    length += varintLength(name.length) + name.length + varintLength(value.length) + value.length
  const bytes = new Uint8Array(length)
  let at = writeVarint(bytes, 0, framing)
  for (const number of numbers) at = writeVarint(bytes, at, number)
  for (const text of texts) at = writeText(bytes, at, text)
  for (const [name, value] of fields) at = writeText(bytes, writeText(bytes, at, name), value)
  return bytes
}

function writeText(bytes: Uint8Array, from: number, text: string): number {
  let at = writeVarint(bytes, from, text.length)
  for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index)
  return at
}

/** A message whose content is complete. */
export function wholeMessage(head: Uint8Array, content: Uint8Array): Bytes {
  const { length } = content
  const before = length === 0 ? 0 : varintLength(length)
  const bytes = new Uint8Array(head.length + before + length + END.length)
  bytes.set(head)
  if (length > 0) bytes.set(content, writeVarint(bytes, head.length, length))
  return bytes
}

/** The content, of `length` bytes, of a message of `wholeMessage`. */
export const contentIn = (message: Bytes, length: number): Bytes =>
  message.subarray(message.length - END.length - length, message.length - END.length)

/** Part of the content, not empty, after `head`. */
export function contentPart(content: Uint8Array, head: Uint8Array = new Uint8Array(0)): Bytes {
  const bytes = new Uint8Array(head.length + varintLength(content.length) + content.length)
  bytes.set(head)
  bytes.set(content, writeVarint(bytes, head.length, content.length))
  return bytes
}
