/**
 * webclave:engine/crypto: provides the engine with compiled cryptography (guests/engine/crypto), a module without
 * imports that is instantiated on first use. Arguments and results are copied in parts between the two memories, so
 * that neither large data nor secrets pass through the JavaScript heap. The lengths on which the module relies
 * (guests/engine/engine.wit) are enforced by the operations.
 */
import { type CryptoExports, createCall, inputAt, type Operation, writeResult } from './crypto-call.ts'
import { CIPHERS } from './crypto-ciphers.ts'
import { CURVES } from './crypto-curves.ts'
import { HASHES } from './crypto-hashes.ts'
import { RSA } from './crypto-rsa.ts'
import { withLowering } from './resource.ts'

const OPERATIONS: Readonly<Record<string, Operation>> = { ...HASHES, ...CIPHERS, ...CURVES, ...RSA }

/** Creates the interface for the compiled `module`. */
export function createCrypto(module: WebAssembly.Module): Record<string, unknown> {
  let instance: CryptoExports | undefined
  const exports = () => {
    instance ??= new WebAssembly.Instance(module).exports as unknown as CryptoExports
    return instance
  }
  const lowered = ({ numbers, lists, work, decides = false }: Operation) =>
    withLowering(
      () => onlyLowered(),
      (context) =>
        (...args: number[]) => {
          const inputs = Array.from({ length: lists }, (_, at) =>
            inputAt(context, args[numbers + 2 * at]!, args[numbers + 2 * at + 1]!),
          )
          const result = decides ? 0 : args[numbers + 2 * lists]!
          const call = createCall(context, exports(), result)
          try {
            const done = work(call, args.slice(0, numbers), inputs)
            if (decides) return done ? 1 : 0
            if (!done) writeResult(context, result, 0, 0, 0)
            return undefined
          } finally {
            exports().wipe()
          }
        },
    )
  return Object.fromEntries(Object.entries(OPERATIONS).map(([name, operation]) => [name, lowered(operation)]))
}

function onlyLowered(): never {
  throw new Error('cryptography is available only through the lowered functions')
}
