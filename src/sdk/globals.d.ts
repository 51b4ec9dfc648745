/**
 * The globals of an enclave application in TypeScript, in addition to those of ECMAScript 2025; `Atomics`,
 * `SharedArrayBuffer` and `WebAssembly` do not exist, and of `Intl` there is what docs/globals.md says. In a
 * tsconfig.json: `"lib": ["es2025"], "types": ["webclave/guest"]`, and `"skipLibCheck": true` if other packages bring
 * `@types/node`.
 */
/// <reference path="./globals-web.d.ts" />
/// <reference path="./globals-streams.d.ts" />
/// <reference path="./globals-crypto.d.ts" />

interface Console {
  log(...values: readonly unknown[]): void
  info(...values: readonly unknown[]): void
  debug(...values: readonly unknown[]): void
  warn(...values: readonly unknown[]): void
  error(...values: readonly unknown[]): void
  /** Writes the values and where it is called. */
  trace(...values: readonly unknown[]): void
  /** Writes the values if `condition` is false. */
  assert(condition?: unknown, ...values: readonly unknown[]): void
  dir(value?: unknown, options?: { depth?: number | null; showHidden?: boolean; colors?: boolean }): void
  dirxml(...values: readonly unknown[]): void
  table(data?: unknown, columns?: readonly string[]): void
  /** Writes the values, and indents what follows until `groupEnd`. */
  group(...values: readonly unknown[]): void
  groupCollapsed(...values: readonly unknown[]): void
  groupEnd(): void
  count(label?: string): void
  countReset(label?: string): void
  time(label?: string): void
  timeLog(label?: string, ...values: readonly unknown[]): void
  timeEnd(label?: string): void
  /** Does nothing. */
  clear(): void
}

/** Writes lines to the enclave's console, which can be read only in debug mode. */
declare const console: Console

declare class Crypto {
  private constructor()
  /**
   * Fills `array` with random bytes of the QTSM. @throws {DOMException} QuotaExceededError for more than 65,536 bytes,
   * TypeMismatchError for an array that is not of integers.
   */
  getRandomValues<Values extends ArrayBufferView>(array: Values): Values
  readonly subtle: SubtleCrypto
  /** A random UUID of version 4. */
  randomUUID(): `${string}-${string}-${string}-${string}-${string}`
}
declare const crypto: Crypto

/** UTF-8. */
declare class TextEncoder {
  readonly encoding: 'utf-8'
  encode(text?: string): Uint8Array<ArrayBuffer>
  encodeInto(text: string, destination: Uint8Array): { read: number; written: number }
}

/** UTF-8, UTF-16 and the encodings of one byte. */
declare class TextDecoder {
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  /** @throws {RangeError} for a label of another encoding. */
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  /** @throws {TypeError} if `fatal` is set and the bytes are not of the encoding. */
  decode(bytes?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string
}

/** Calls back after `delay` milliseconds, with `values`; returns an ID for `clearTimeout`. */
declare function setTimeout<Values extends unknown[]>(
  callback: (...values: Values) => void,
  delay?: number,
  ...values: Values
): number
declare function setInterval<Values extends unknown[]>(
  callback: (...values: Values) => void,
  delay?: number,
  ...values: Values
): number
declare function setImmediate<Values extends unknown[]>(
  callback: (...values: Values) => void,
  ...values: Values
): number
declare function clearTimeout(id?: number): void
declare function clearInterval(id?: number): void
declare function clearImmediate(id?: number): void
declare function queueMicrotask(callback: () => void): void

/** Decodes base64, one character for each byte. @throws {DOMException} if it is not base64. */
declare function atob(text: string): string
/** Encodes a string with one character for each byte as base64. @throws {DOMException} for a character above U+00FF. */
declare function btoa(text: string): string

/** A deep copy. @throws {DOMException} DataCloneError for what cannot be copied, such as a function. */
declare function structuredClone<Value>(value: Value, options?: { transfer?: readonly ArrayBuffer[] }): Value

/** Reports an error like one that nobody caught: without a listener of 'error' that prevents it, the enclave ends. */
declare function reportError(error: unknown): void

declare class Performance extends EventTarget {
  private constructor()
  /** Milliseconds since the start of the enclave. */
  now(): number
  /** When the enclave was started, in milliseconds since 1970. */
  readonly timeOrigin: number
  toJSON(): { timeOrigin: number }
}
declare const performance: Performance

declare class Navigator {
  private constructor()
  readonly userAgent: 'webclave'
  readonly hardwareConcurrency: 1
  readonly language: 'en-US'
  readonly languages: readonly ['en-US']
}
declare const navigator: Navigator
declare const self: typeof globalThis

declare class DOMException extends Error {
  constructor(message?: string, name?: string | { name?: string; cause?: unknown })
  readonly code: number
}
