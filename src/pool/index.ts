/**
 * `webclave/pool`: several enclaves of one image that share the calls of its service, and connections to its servers. Enclaves that end are replaced; if
 * there are more calls than the pool can do, they are refused at once.
 *
 * @example
 * import { createPool } from 'webclave/pool'
 *
 * // Of an image whose application calls `serve({ add: ({ a, b }) => a + b })`.
 * await using pool = await createPool(eif, { size: 2 })
 * await pool.call.add({ a: 1, b: 2 }) // 3
 * pool.stats().calls.answered // 1
 *
 * @module
 */
export type { CallRequest, CallResult, Handler, ServiceCalls } from '../client/calls.ts'
export type { CallOptions } from '../client/options.ts'
export type { ConnectOptions } from '../parent/enclave.ts'
export type { CallContext, Handlers } from '../service/handlers.ts'
export { LATENCY_BOUNDS, type PoolStats } from './counters.ts'
export { createPool } from './create-pool.ts'
export type { PoolOptions } from './options.ts'
export type { CloseOptions, Pool } from './pool.ts'
