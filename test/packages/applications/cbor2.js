/** cbor2: a value with dates, maps and large numbers. */
import { decode, encode } from 'cbor2'

export default async function main() {
  const value = {
    a: [1, -2, 3.5],
    text: 'é',
    bytes: Uint8Array.of(1, 2, 3),
    big: 2n ** 70n,
    at: new Date(1e12),
    map: new Map([[1, 2]]),
  }
  const back = decode(encode(value))
  if (back.a[2] !== 3.5 || back.text !== 'é' || back.bytes[2] !== 3 || back.big !== 2n ** 70n)
    throw new Error('value')
  if (back.at.getTime() !== 1e12 || back.map.get(1) !== 2) throw new Error('date or map')
}
