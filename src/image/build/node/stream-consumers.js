/** `node:stream/consumers`: reads a whole stream. */
import { Buffer } from 'node:buffer'

async function buffer(stream) {
  const parts = []
  for await (const part of stream) parts.push(typeof part === 'string' ? Buffer.from(part) : part)
  return Buffer.concat(parts)
}

const text = async (stream) => (await buffer(stream)).toString()
const json = async (stream) => JSON.parse(await text(stream))
async function bytes(stream) {
  return new Uint8Array(await buffer(stream))
}
const arrayBuffer = async (stream) => (await bytes(stream)).buffer
const blob = async (stream) => new Blob([await buffer(stream)])

export default { arrayBuffer, blob, buffer, bytes, json, text }
