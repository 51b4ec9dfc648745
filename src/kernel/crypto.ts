/**
 * webclave:engine/crypto: provides the engine with compiled cryptography (guests/engine/crypto), a module without
 * imports that is instantiated on first use. Arguments and results are copied in parts between the two memories, so
 * that neither large data nor secrets pass through the JavaScript heap. The lengths on which the module relies
 * (guests/engine/engine.wit) are enforced by the operations.
 */
import { type CryptoExports, lowerOperations, type Operation } from './crypto-call.ts'
import { CIPHERS } from './crypto-ciphers.ts'
import { CURVES } from './crypto-curves.ts'
import { HASHES } from './crypto-hashes.ts'
import { RSA } from './crypto-rsa.ts'

const OPERATIONS: Readonly<Record<string, Operation>> = { ...HASHES, ...CIPHERS, ...CURVES, ...RSA }

/** Creates the interface for the compiled `module`. */
export function createCrypto(module: WebAssembly.Module): Record<string, unknown> {
  let instance: CryptoExports | undefined
  const exports = () => {
    instance ??= new WebAssembly.Instance(module).exports as unknown as CryptoExports
    return instance
  }
  return lowerOperations(OPERATIONS, (_, act) => {
    try {
      return act(exports())
    } finally {
      exports().wipe()
    }
  })
}
