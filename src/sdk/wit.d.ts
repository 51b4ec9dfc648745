/** The interfaces of `wit/` and of the engine, as the engine's `require` returns them. */

declare module 'wasi:io/poll' {
  export interface Pollable {
    ready(): boolean
    block(): void
    [Symbol.dispose]?(): void
  }
}

declare module 'wasi:io/streams' {
  import type { Pollable } from 'wasi:io/poll'
  export interface InputStream {
    read(length: number): Uint8Array<ArrayBuffer>
    subscribe(): Pollable
    [Symbol.dispose]?(): void
  }
  export interface OutputStream {
    checkWrite(): number
    write(bytes: Uint8Array): void
    subscribe(): Pollable
    [Symbol.dispose]?(): void
  }
}

declare module 'qingtian:enclave/vsock' {
  import type { Pollable } from 'wasi:io/poll'
  import type { InputStream, OutputStream } from 'wasi:io/streams'
  export interface Address {
    cid: number
    port: number
  }
  export class Connection {
    static connect(remote: Address): Connection
    subscribe(): Pollable
    streams(): [InputStream, OutputStream]
    localAddress(): Address
    remoteAddress(): Address
    shutdown(how: 'receive' | 'send' | 'both'): void
    [Symbol.dispose]?(): void
  }
  export class Listener {
    static listen(port: number, backlog: number): Listener
    subscribe(): Pollable
    accept(): Connection
    localAddress(): Address
    [Symbol.dispose]?(): void
  }
  export function localCid(): number
}

declare module 'qingtian:enclave/qtsm' {
  export interface Pcr {
    locked: boolean
    value: Uint8Array<ArrayBuffer>
  }
  export interface Description {
    versionMajor: number
    versionMinor: number
    versionPatch: number
    moduleId: string
    maxPcrs: number
    lockedPcrs: Uint16Array | number[]
    digest: 'sha256' | 'sha384' | 'sha512'
  }
  export function describePcr(index: number): Pcr
  export function extendPcr(index: number, data: Uint8Array): Uint8Array<ArrayBuffer>
  export function lockPcr(index: number): void
  export function lockPcrs(indexes: Uint16Array | number[]): void
  export function getDescribe(): Description
  export function getAttestation(
    userData: Uint8Array | undefined,
    nonce: Uint8Array | undefined,
    publicKey: Uint8Array | undefined,
  ): Uint8Array<ArrayBuffer>
  export function getRandom(length: number): Uint8Array<ArrayBuffer>
}

declare module 'wasi:cli/environment' {
  export function getEnvironment(): [string, string][]
  export function getArguments(): string[]
}

declare module 'wasi:clocks/monotonic-clock' {
  import type { Pollable } from 'wasi:io/poll'
  /** Nanoseconds, in whole milliseconds. */
  export function now(): number
  export function subscribeDuration(nanoseconds: number): Pollable
}

declare module 'wasi:random/random' {
  export function getRandomBytes(length: number): Uint8Array<ArrayBuffer>
  export function getRandomU64(): number | bigint
}

declare module 'webclave:crypto' {
  export type Digest = 'sha256' | 'sha384' | 'sha512' | 'sha1'
  export type Curve = 'p256' | 'p384'
  type In = Uint8Array
  type Result = Uint8Array<ArrayBuffer> | null | undefined
  export function hash(digest: Digest, data: In): Result
  export function hmac(digest: Digest, key: In, data: In): Result
  export function hkdf(digest: Digest, length: number, secret: In, salt: In, info: In): Result
  export function pbkdf2(digest: Digest, iterations: number, length: number, password: In, salt: In): Result
  export function aesGcmSeal(key: In, nonce: In, associated: In, text: In): Result
  export function aesGcmOpen(key: In, nonce: In, associated: In, text: In): Result
  export function aesCbcSeal(key: In, vector: In, text: In): Result
  export function aesCbcOpen(key: In, vector: In, ciphertext: In): Result
  export function aesCtr(bits: number, key: In, counter: In, text: In): Result
  export function aesWrap(key: In, text: In): Result
  export function aesUnwrap(key: In, wrapped: In): Result
  export function ecGenerate(curve: Curve, seed: In): Result
  export function ecPublic(curve: Curve, privateKey: In): Result
  export function ecdh(curve: Curve, privateKey: In, point: In): Result
  export function ecdsaSign(curve: Curve, digest: Digest, privateKey: In, data: In): Result
  export function ecdsaVerify(curve: Curve, digest: Digest, point: In, signature: In, data: In): boolean
  export function ed25519Public(privateKey: In): Result
  export function ed25519Sign(privateKey: In, data: In): Result
  export function ed25519Verify(publicKey: In, signature: In, data: In): boolean
  export function x25519(privateKey: In, publicKey: In): Result
  export function rsaGenerate(bits: number, exponent: number, seed: In): Result
  export function rsaExponent(exponent: number, privateKey: In): Result
  export function rsaOaepOpen(digest: Digest, privateKey: In, label: In, ciphertext: In): Result
  export function rsaOaepSeal(
    digest: Digest,
    modulus: In,
    exponent: In,
    seed: In,
    label: In,
    text: In,
  ): Result
  export function rsaSign(digest: Digest, privateKey: In, data: In): Result
  export function rsaVerify(digest: Digest, modulus: In, exponent: In, signature: In, data: In): boolean
  export function rsaPssSign(digest: Digest, privateKey: In, salt: In, data: In): Result
  export function rsaPssVerify(
    digest: Digest,
    saltLength: number,
    modulus: In,
    exponent: In,
    signature: In,
    data: In,
  ): boolean
  export function argon2id(
    memory: number,
    passes: number,
    lanes: number,
    length: number,
    password: In,
    salt: In,
    secret: In,
  ): Result
}

declare module 'webclave:network' {
  interface ByteSocket {
    read(length?: number): Promise<Uint8Array<ArrayBuffer> | undefined>
    write(bytes: Uint8Array): Promise<void>
    end(): void
    close(): void
  }
  /** Connects to a host through the proxy at the parent instance; the options are those of `connect` of the SDK. */
  export function openTcp(
    destination: { host: string; port: number },
    options: object,
  ): Promise<{ socket: ByteSocket; version: string | undefined }>
}

declare module 'webclave:engine' {
  import type { Pollable } from 'wasi:io/poll'
  import type { InputStream } from 'wasi:io/streams'
  /** Resolves once `pollable` is ready; takes ownership of it. */
  export function wait(pollable: Pollable): Promise<void>
  /** Ends the enclave because of an uncaught exception. */
  export function fail(error: unknown): void
  export function file(path: string): Uint8Array<ArrayBuffer> | null | undefined
  export function exit(ok: boolean): never
  /** Calls `callback` once, before the enclave sleeps. It must not throw. */
  export function beforeSleep(callback: () => void): void
  /** Reads the message in `bytes` from `from` to `to`. @throws {SyntaxError} if it is malformed. */
  export function readMessage(bytes: Uint8Array, from: number, to: number): unknown
  /**
   * Writes a message after its length as 32 bits, big-endian. Returns the message's length if it exceeds `limit`, and
   * undefined if it contains a value that cannot be sent.
   */
  export function writeMessage(message: unknown, limit: number): Uint8Array<ArrayBuffer> | number | undefined
  /**
   * The messages in the frames from `from` on, each followed by where its frame ends, up to a frame that is incomplete, above
   * `limit`, or malformed; 64 at most.
   */
  export function readMessages(bytes: Uint8Array, from: number, limit: number): unknown[]
  /**
   * Writes a message after its length behind the frames in `place`, whose first four bytes count what follows. Returns the
   * length of the frame; 0 if it has no room there, or if `writeMessage` would not return bytes.
   */
  export function appendMessage(message: unknown, limit: number, place: Uint8Array): number
  /** Reads at most as many bytes as `place` has room for, into it; returns their number, which is 0 if none are there. */
  export function readInto(stream: InputStream, place: Uint8Array): number
  /**
   * The bytes of a response whose body was made of bytes and has not been read, and counts as read then; undefined of any other. For
   * a server: a stream takes an interpreter long.
   */
  export function responseBytes(response: Response): Uint8Array<ArrayBuffer> | undefined
  /** Sets the status for when the application has nothing left to do. */
  export function endWith(ok: boolean): void
}
