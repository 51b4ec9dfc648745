/** Copies between shared and private memory, at various offsets of source and target. */
import { expect, test } from 'vitest'
import { copyBytes } from '../../src/vsock/copy.ts'

const LENGTHS = [0, 1, 255, 256, 1000, 65_535, 65_536, 150_000]
const OFFSETS = [0, 1, 7, 8]
const MEMORY = {
  shared: (length: number) => new Uint8Array(new SharedArrayBuffer(length)),
  private: (length: number) => new Uint8Array(length),
}
const NAMES = Object.keys(MEMORY) as (keyof typeof MEMORY)[]
const BYTES = crypto.getRandomValues(new Uint8Array(65_536))

const CASES = NAMES.flatMap((from) => NAMES.map((to) => ({ from, to })))

test.each(CASES)('copies exactly the given bytes from $from to $to memory', ({ from, to }) => {
  for (const length of LENGTHS) {
    const text = Buffer.concat([BYTES, BYTES, BYTES]).subarray(0, length)
    for (const [start, at] of OFFSETS.flatMap((first) => OFFSETS.map((second) => [first, second] as const))) {
      const source = MEMORY[from](start + length).subarray(start)
      source.set(text)
      const target = MEMORY[to](at + length + 1).fill(0xee)
      copyBytes(source, target, at)
      const copied = Buffer.from(target.slice(at, at + length))
      expect(copied.equals(text), `${length} bytes from ${start} to ${at}`).toBe(true)
      expect([...target.slice(0, at), target[at + length]].every((byte) => byte === 0xee)).toBe(true)
    }
  }
})
