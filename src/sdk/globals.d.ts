/**
 * The globals of an enclave application in TypeScript, in addition to those of ECMAScript 2024; `Atomics` and
 * `Intl` do not exist. In a tsconfig.json: `"lib": ["es2024"], "types": ["webclave/sdk/globals"]`.
 */
/// <reference path="./globals-crypto.d.ts" />

interface Console {
  log(...values: readonly unknown[]): void
  info(...values: readonly unknown[]): void
  debug(...values: readonly unknown[]): void
  warn(...values: readonly unknown[]): void
  error(...values: readonly unknown[]): void
  trace(...values: readonly unknown[]): void
}

/** Writes lines to the enclave's console, which can be read only in debug mode. */
declare const console: Console

interface Crypto {
  /** Fills `array` with random bytes of the QTSM. @throws {RangeError} for more than 65,536 bytes. */
  getRandomValues<Values extends ArrayBufferView>(array: Values): Values
}

declare const crypto: Crypto

/** UTF-8. */
declare class TextEncoder {
  readonly encoding: 'utf-8'
  encode(text?: string): Uint8Array<ArrayBuffer>
}

/** UTF-8. */
declare class TextDecoder {
  readonly encoding: 'utf-8'
  /** @throws {RangeError} for any label except UTF-8. */
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  /** @throws {TypeError} if `fatal` is set and the bytes are not UTF-8. */
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
declare function clearTimeout(id: number | undefined): void
declare function clearInterval(id: number | undefined): void
declare function clearImmediate(id: number | undefined): void
declare function queueMicrotask(callback: () => void): void

/** Decodes base64, one character for each byte. @throws {DOMException} if it is not base64. */
declare function atob(text: string): string
/** Encodes a string with one character for each byte as base64. @throws {DOMException} for a character above U+00FF. */
declare function btoa(text: string): string

interface Performance {
  /** Milliseconds since the start of the enclave. */
  now(): number
  readonly timeOrigin: number
}

declare const performance: Performance

declare class DOMException extends Error {
  constructor(message?: string, name?: string)
  readonly code: number
}
