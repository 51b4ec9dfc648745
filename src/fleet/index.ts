/**
 * `webclave/fleet`: the same service on many machines, over NATS. Each machine joins with its enclaves; callers verify each
 * enclave that they use, and neither the bus nor the machines can read or change what they say. Node only. It needs
 * `@nats-io/transport-node`, or a connection of another client of NATS's, and `@hpke/core` for callers.
 *
 * @example
 * import { createFleetClient, joinFleet } from 'webclave/fleet'
 *
 * await using member = await joinFleet(eif, { nats: servers, name: 'adder', parent })
 * await using fleet = await createFleetClient({ nats: servers, name: 'adder', roots: rootCertificate, pcrs })
 * await fleet.calls().add({ a: 1, b: 2 }) // 3
 *
 * @module
 */
export { EnclaveError, type ErrorParts } from '../base/error.ts'
export type { ErrorCode } from '../base/error-code.ts'
export type { CallRequest, CallResult, ServiceCalls } from '../client/calls.ts'
export type { CallOptions } from '../client/options.ts'
export type { CallContext, Handlers } from '../service/handlers.ts'
export type { Bus, BusMessage, BusStatus, BusSubscription, NatsOption } from './bus.ts'
export { createFleetClient, type FleetClient, type FleetClientOptions } from './client.ts'
export { type FleetMember, joinFleet, type MemberStats } from './member.ts'
export type { MemberEvent, MemberOptions } from './member-options.ts'
