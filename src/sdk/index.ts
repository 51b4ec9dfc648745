/**
 * `webclave/sdk`: what an enclave application written in TypeScript imports. It is bundled into the application and
 * measured with it.
 *
 * @example
 * import { attest, serve } from 'webclave/sdk'
 *
 * // A caller of `prove` gets an attestation document that contains its nonce.
 * export default () => serve({ prove: ({ nonce }) => attest({ nonce }) })
 *
 * @module
 */
/// <reference path="./wit.d.ts" preserve="true" />
/// <reference lib="esnext.disposable" preserve="true" />
import { getArguments, getEnvironment } from 'wasi:cli/environment'
import { file } from 'webclave:engine'

export type { AttestedFields } from '../base/attested-fields.ts'
export { type Bytes, fromHex, toHex } from '../base/bytes.ts'
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export type { Handlers } from '../service/handlers.ts'
export * as aesGcm from './aes-gcm.ts'
export { type Argon2Options, argon2id } from './argon2.ts'
export { ArgumentError, type BytesInput } from './arguments.ts'
export { attestedChannel, type ChannelOptions, type FetchHandler } from './channel/index.ts'
export * as ecdsa from './ecdsa.ts'
export * as ed25519 from './ed25519.ts'
export { type Digest, hash, hkdf, hmac, sha256, sha384, sha512, timingSafeEqual } from './hash.ts'
export type { HttpHandler } from './http/exchange.ts'
export type { HttpServeOptions } from './http/options.ts'
export { serveHttp } from './http/serve-http.ts'
export {
  type ContextOption,
  createKmsClient,
  type KmsClient,
  type KmsClientOptions,
} from './kms/client.ts'
export type { EncryptionContext } from './kms/dialects.ts'
export { Recipient } from './kms/recipient.ts'
export type { Credentials } from './kms/signing.ts'
export * as qtsm from './qtsm.ts'
export { attest, randomBytes } from './qtsm.ts'
export { type ServeOptions, serve } from './serve.ts'
export {
  type SharedSecretOptions,
  sharedSecret,
  type TrustedImages,
  type TrustedRoot,
} from './shared/index.ts'
export { type ConnectOptions, connect, type TcpSocket, type TlsOptions } from './tcp.ts'
export * as vsock from './vsock.ts'

/** The image's arguments. */
export const args = (): string[] => getArguments()

/** The image's environment. */
export const env = (): Record<string, string> => Object.fromEntries(getEnvironment())

/** One of the image's read-only files, or undefined. */
export const readFile = (path: string): Uint8Array<ArrayBuffer> | undefined => file(path) ?? undefined
