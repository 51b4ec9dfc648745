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
  export type Digest = 'sha256' | 'sha384' | 'sha512'
  type Result = Uint8Array<ArrayBuffer> | null | undefined
  export function hash(digest: Digest, data: Uint8Array): Result
  export function hmac(digest: Digest, key: Uint8Array, data: Uint8Array): Result
  export function hkdf(
    digest: Digest,
    length: number,
    secret: Uint8Array,
    salt: Uint8Array,
    info: Uint8Array,
  ): Result
  export function aesGcmSeal(
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    text: Uint8Array,
  ): Result
  export function aesGcmOpen(
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    sealed: Uint8Array,
  ): Result
  export function aesCbcOpen(key: Uint8Array, vector: Uint8Array, ciphertext: Uint8Array): Result
  export function rsaGenerate(seed: Uint8Array): Result
  export function rsaOaepOpen(privateKey: Uint8Array, ciphertext: Uint8Array): Result
  export function argon2id(
    memory: number,
    passes: number,
    lanes: number,
    length: number,
    password: Uint8Array,
    salt: Uint8Array,
    secret: Uint8Array,
  ): Result
}

declare module 'webclave:engine' {
  import type { Pollable } from 'wasi:io/poll'
  /** Resolves once `pollable` is ready; takes ownership of it. */
  export function wait(pollable: Pollable): Promise<void>
  /** Ends the enclave because of an uncaught exception. */
  export function fail(error: unknown): void
  export function file(path: string): Uint8Array<ArrayBuffer> | null | undefined
  export function exit(ok: boolean): never
}
