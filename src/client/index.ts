/**
 * `webclave/client`: calls the service of an enclave (`serve` in `webclave/sdk`) from the parent instance, with the
 * types of its functions. Responses come from the guest and are hostile: they are limited in size and parsed strictly,
 * but their shape is not checked against the types.
 *
 * @example
 * import { createParent } from 'webclave'
 * import { ServiceClient } from 'webclave/client'
 *
 * await using parent = await createParent({ vcpus: 2, memoryMiB: 256 })
 * // Of an image whose application calls `serve({ add: ({ a, b }) => a + b })`.
 * const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })
 * await using client = new ServiceClient(await enclave.connect(5000))
 * await client.call.add({ a: 1, b: 2 }) // 3
 *
 * @module
 */

export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export type { CallContext, Handlers } from '../service/handlers.ts'
export type { CallRequest, CallResult, Handler, ServiceCalls } from './calls.ts'
export type { CallOptions, ClientOptions } from './options.ts'
export { type Connection, ServiceClient } from './service-client.ts'
