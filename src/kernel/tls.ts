/**
 * webclave:engine/tls: TLS for the engine, by mbedTLS in the module of the compiled cryptography (guests/engine/crypto/tls). It
 * has an instance of its own: sessions last longer than a call, and what a hostile server does to its memory concerns no
 * other cryptography.
 */
import {
  BUFFER_LENGTH,
  type CryptoCall,
  type CryptoExports,
  type Input,
  isSeed,
  lowerOperations,
  type Operation,
} from './crypto-call.ts'

/** The most bytes of ciphertext, and of plaintext, in one call. */
const MAX_PART = 32768
const DEFAULT_MEMORY = 8 * 1024 * 1024
const MAX_NAME = 255
const MAX_PROTOCOL = 32
const HEAD_LENGTH = 20
/** Bits of the steps of `run`. */
const ENDS = 1
const CLOSES = 2

/** Bytes that the module takes besides its heap. */
const BESIDES = 512 * 1024

const operationsWithin = (memoryBytes: number): Readonly<Record<string, Operation>> => ({
  begin: {
    numbers: 0,
    lists: 2,
    work(call, _, [seed, roots]) {
      const heap = memoryBytes - BESIDES
      if (heap <= 0 || !isSeed(seed!) || !call.load(seed!)) return false
      if (call.module.tls_begin(seed!.length, heap) === 0) return false
      writeWords(call.allocate(4)(0, 4), countRoots(call, roots!))
      return true
    },
  },
  open: {
    numbers: 0,
    lists: 4,
    work(call, _, [seed, name, address, protocol]) {
      const isAddress = address!.length > 0
      const server = isAddress ? address! : name!
      if (
        !isSeed(seed!) ||
        server.length === 0 ||
        server.length > MAX_NAME ||
        protocol!.length > MAX_PROTOCOL
      )
        return false
      if (isAddress && server.length !== 4 && server.length !== 16) return false
      if (!call.load(seed!, server, protocol!)) return false
      const handle = call.module.tls_open(seed!.length, server.length, Number(isAddress), protocol!.length)
      if (handle === 0) return false
      writeWords(call.allocate(4)(0, 4), handle)
      return true
    },
  },
  run: {
    numbers: 3,
    lists: 2,
    work(call, [handle, seconds, steps], [received, text]) {
      const { module } = call
      if (received!.length > MAX_PART || text!.length > MAX_PART || module.tls_has(handle!) === 0)
        return false
      call.load(received!, text!)
      const [ends, closes] = [steps! & ENDS, steps! & CLOSES]
      const state = module.tls_run(handle!, seconds!, received!.length, ends, text!.length, closes)
      const [out, plain] = [module.tls_out_length(), module.tls_text_length()]
      const to = call.allocate(HEAD_LENGTH + out + plain)
      const { tls_version: version, tls_code: code, tls_flags: found } = module
      writeWords(to(0, HEAD_LENGTH), state, version(handle!), code(handle!), found(handle!), out)
      to(HEAD_LENGTH, out).set(bytesAt(module, module.tls_out(), out))
      to(HEAD_LENGTH + out, plain).set(bytesAt(module, module.tls_text(), plain))
      return true
    },
  },
  close: {
    numbers: 1,
    lists: 0,
    decides: true,
    work({ module }, [handle]) {
      if (module.tls_has(handle!) === 0) return false
      module.tls_close(handle!)
      return true
    },
  },
})

/** Creates the interface for the compiled `module`, whose instance may have so many bytes of memory. */
export function createTls(
  module: WebAssembly.Module,
  memoryBytes: number = DEFAULT_MEMORY,
): Record<string, unknown> {
  let instance: CryptoExports | undefined
  return lowerOperations(operationsWithin(memoryBytes), (name, act) => {
    // One at a time: each has memory of its own.
    if ((name === 'begin') === (instance !== undefined)) return undefined
    instance ??= watched(new WebAssembly.Instance(module).exports)
    try {
      const result = act(instance)
      instance.tls_wipe()
      if (name === 'begin' && !result) instance = undefined
      return result
    } catch (error) {
      if (!(error instanceof Trap)) throw error
      // Its memory may be in any state, so its sessions are lost.
      instance = undefined
      return undefined
    }
  })
}

/** A trap of the module, and not one of the guest. */
class Trap extends Error {}

function watched(exports: WebAssembly.Exports): CryptoExports {
  const members = Object.entries(exports).map(([name, member]) => {
    if (typeof member !== 'function') return [name, member] as const
    const call = (...args: number[]) => {
      try {
        return member(...args)
      } catch (cause) {
        throw new Trap('the TLS module', { cause })
      }
    }
    return [name, call] as const
  })
  return Object.fromEntries(members) as unknown as CryptoExports
}

/** Adds the certificates, each after its length, and returns how many could be read. */
function countRoots({ module }: CryptoCall, { length, part }: Input): number {
  let count = 0
  for (let at = 0; at + 4 <= length; ) {
    const head = part(at, 4)
    const size = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true)
    at += 4
    if (size > BUFFER_LENGTH || size > length - at) break
    bytesAt(module, module.buffer(), size).set(part(at, size))
    if (module.tls_root(size) === 0) count += 1
    at += size
  }
  return count
}

const bytesAt = ({ memory }: CryptoExports, at: number, length: number) =>
  new Uint8Array(memory.buffer, at, length)

function writeWords(to: Uint8Array, ...words: readonly number[]): void {
  const view = new DataView(to.buffer, to.byteOffset, to.byteLength)
  for (const [index, word] of words.entries()) view.setInt32(4 * index, word, true)
}
