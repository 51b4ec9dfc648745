/**
 * A guest that reads and writes messages with the engine's own codec. A connection to port 5000 carries any number of
 * parts, each after its length. A part begins with the letter e and an expression, whose value is
 * written, or with the letter r and a message, which is read and written again. For each, the guest answers with two parts: a text, and what was written.
 */
import { readMessage, writeMessage } from 'webclave:engine'
import { vsock } from 'webclave/sdk'
import { writtenValue } from './written-value.ts'

const LIMIT = 1 << 26
const EVALUATE = 'e'.charCodeAt(0)
const Code = (() => {}).constructor as new (code: string) => () => unknown
const encoder = new TextEncoder()

/** The outcome of writing: the bytes, or a text. */
function write(value: unknown): Uint8Array | string {
  const written = writeMessage(value, LIMIT)
  return typeof written === 'object' ? written : 'unsendable'
}

function answer(part: Uint8Array): [string, Uint8Array | string] {
  const isCode = part[0] === EVALUATE
  try {
    const value = isCode
      ? new Code(`return ${new TextDecoder().decode(part.subarray(1))}`)()
      : readMessage(part, 1, part.length)
    return [isCode ? 'evaluated' : writtenValue(value), write(value)]
  } catch (error) {
    return [String(error), '']
  }
}

function* partsOf(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at)
    yield bytes.subarray(at + 4, at + 4 + length)
    at += 4 + length
  }
}

async function serve(socket: vsock.Socket): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const bytes of socket) chunks.push(bytes)
  const all = new Uint8Array(await new Blob(chunks as never).arrayBuffer())
  for (const part of partsOf(all)) {
    for (const one of answer(part)) {
      const bytes = typeof one === 'string' ? encoder.encode(one) : one
      const prefix = new Uint8Array(4)
      new DataView(prefix.buffer).setUint32(0, bytes.length)
      await socket.write(prefix)
      await socket.write(bytes)
    }
  }
  socket.close()
}

export default async function main(): Promise<void> {
  for await (const socket of vsock.listen(5000)) {
    serve(socket).catch((error) => console.error('messages:', error))
  }
}
