/** Bytes that depend only on a seed and a name: they look random, and everybody can compute them. */
import { createHmac } from 'node:crypto'
import { type Bytes, concatBytes } from '../base/bytes.ts'
import type { Random } from '../parent/surroundings.ts'

const BLOCK = 64

/** The first `length` bytes of the name. */
export function seededBytes(seed: string, name: string, length: number): Bytes {
  return seededRandom(seed, name)(length)
}

/** A source of the bytes of the name, from the first on. */
export function seededRandom(seed: string, name: string): Random {
  let rest: Bytes = new Uint8Array(0)
  let blocks = 0
  return (length) => {
    const parts = [rest]
    for (let have = rest.length; have < length; have += BLOCK) {
      const block = createHmac('sha512', seed).update(`${name}\0${blocks++}`).digest()
      parts.push(new Uint8Array(block))
    }
    const bytes = concatBytes(...parts)
    rest = bytes.slice(length)
    return bytes.slice(0, length)
  }
}
