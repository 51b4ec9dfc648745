/**
 * `webclave/http`: the front of an enclave's HTTP server (`serveHttp` of `webclave/sdk`), for Node and for pages. What an enclave
 * answers is hostile: its heads and the ends of its bodies are parsed strictly, within limits; contents are passed on unseen.
 *
 * @example
 * import { createParent } from 'webclave'
 * import { enclaveFetch } from 'webclave/http'
 *
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
 * // Of an image whose application calls `serveHttp((request) => new Response('hello'))`.
 * const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
 * const front = enclaveFetch(enclave)
 * await (await front('http://enclave/')).text() // 'hello'
 *
 * @module
 */
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export type { NodeDuplex, StreamPair } from './channel.ts'
export { type EnclaveFetch, enclaveFetch, type HttpTarget } from './front.ts'
export type { FrontOptions } from './options.ts'
