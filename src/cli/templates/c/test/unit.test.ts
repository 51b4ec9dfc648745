/** The guest's module without an enclave: compiled on its own, and called as WebAssembly. */
/// <reference lib="dom" />
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

interface Exports {
  memory: WebAssembly.Memory
  /** The address of the first byte that the module does not use. */
  __heap_base: WebAssembly.Global<'i32'>
  shout(address: number, length: number): void
}

const bytes = await readFile(new URL('../build/shout.wasm', import.meta.url))
const { instance } = await WebAssembly.instantiate(bytes)
const { memory, __heap_base, shout } = instance.exports as unknown as Exports

test.each([
  ['hello, World', 'HELLO, WORLD'],
  ['`az{ 09', '`AZ{ 09'],
  ['é', 'é'],
  ['', ''],
])('%j becomes %j', (text, expected) => {
  const encoded = new TextEncoder().encode(text)
  const place = new Uint8Array(memory.buffer, __heap_base.value, encoded.length)
  place.set(encoded)
  shout(__heap_base.value, encoded.length)
  expect(new TextDecoder().decode(place)).toBe(expected)
})
