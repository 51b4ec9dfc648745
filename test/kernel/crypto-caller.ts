/** An engine with its own memory, which calls the operations of webclave:engine/crypto. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { createCrypto } from '../../src/kernel/crypto.ts'
import { rawOf } from './rig.ts'

const module = new WebAssembly.Module(
  readFileSync(new URL('../../guests/engine/crypto.wasm', import.meta.url)),
)
/** The length of the crypto module's buffer. */
export const PART = 65_536
const RESULT = 16
const INPUTS = 1024
const OUTPUTS = 0x80000
/** Bytes with increasing values. */
export const bytes = (length: number, from = 1): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, at) => (7 * at + from) % 256)

/** An engine in a test. */
export interface Caller {
  call(name: string, numbers: readonly number[], ...lists: Uint8Array[]): Uint8Array | undefined
  /** The same for an operation whose result is whether. */
  decide(name: string, numbers: readonly number[], ...lists: Uint8Array[]): unknown
  memory: WebAssembly.Memory
  imports: Record<string, unknown>
}

/** An engine with a memory of 1 MiB. `call` returns the result of the operation `name`, or undefined if it fails. */
export function caller(): Caller {
  const memory = new WebAssembly.Memory({ initial: 16 })
  const asked: number[][] = []
  const realloc = (...numbers: number[]) => {
    asked.push(numbers)
    return OUTPUTS
  }
  const imports = createCrypto(module)
  const place = (lists: readonly Uint8Array[]) => {
    let at = INPUTS
    return lists.flatMap((list) => {
      new Uint8Array(memory.buffer).set(list, at)
      at += list.byteLength
      return [at - list.byteLength, list.byteLength]
    })
  }
  const decide = (name: string, numbers: readonly number[], ...lists: Uint8Array[]): unknown => {
    const spans = place(lists)
    return rawOf(imports[name], { memory, realloc, resourceTables: [] })(...numbers, ...spans)
  }
  const call = (name: string, numbers: readonly number[], ...lists: Uint8Array[]): Uint8Array | undefined => {
    const spans = place(lists)
    const view = new DataView(memory.buffer)
    new Uint8Array(memory.buffer, RESULT - 4, 20).fill(255)
    asked.length = 0
    rawOf(imports[name], { memory, realloc, resourceTables: [] })(...numbers, ...spans, RESULT)
    expect([view.getUint32(RESULT - 4, true), view.getUint32(RESULT + 12, true)]).toEqual([
      0xffffffff, 0xffffffff,
    ])
    const [some, pointer, length] = [
      view.getUint8(RESULT),
      view.getUint32(RESULT + 4, true),
      view.getUint32(RESULT + 8, true),
    ]
    expect(asked).toEqual(some === 1 && length > 0 ? [[0, 0, 1, length]] : [])
    if (some === 1) return new Uint8Array(memory.buffer, pointer, length).slice()
    expect([some, pointer, length]).toEqual([0, 0, 0])
    return undefined
  }
  return { call, decide, memory, imports }
}
