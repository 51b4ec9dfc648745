/** @msgpack/msgpack: a value, and a stream of values. */
import { decode, decodeMultiStream, encode } from '@msgpack/msgpack'

export default async function main() {
  const back = decode(
    encode({ a: [1, -2, 3.5], text: 'é'.repeat(300), bytes: Uint8Array.of(1, 2, 3), at: new Date(1e12) }),
  )
  if (back.a[2] !== 3.5 || back.text.length !== 300 || back.bytes[2] !== 3 || back.at.getTime() !== 1e12)
    throw new Error('value')
  async function* parts() {
    yield encode(1)
    yield encode('two')
  }
  const values = []
  for await (const value of decodeMultiStream(parts())) values.push(value)
  if (values.join() !== '1,two') throw new Error(values.join())
}
