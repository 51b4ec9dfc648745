/** What the tests of fleets share: a server, a parent instance, two images, and members and clients of fleets. */
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll } from 'vitest'
import {
  createFleetClient,
  type FleetClient,
  type FleetClientOptions,
  type FleetMember,
  joinFleet,
  type MemberOptions,
} from '../../src/fleet/index.ts'
import { createParent, type Parent, type PreparedImage, pcrHex } from '../../src/parent/index.ts'
import { hasNats, type NatsServer, startNats } from '../support/nats.ts'
import { fleetImage } from './application.ts'

/** Whether the tests cannot run. */
export const LEFT_OUT: boolean = !hasNats('tests of fleets')

export interface Lab {
  readonly server: NatsServer
  readonly parent: Parent
  readonly bus: NatsConnection
  newName(): string
  join(name: string, options?: Partial<MemberOptions>, version?: number): Promise<FleetMember>
  open(name: string, options?: Partial<FleetClientOptions>): Promise<FleetClient>
  pcrsOf(version: number): { readonly PCR0: string }
}

/** Set up once for the tests of a file. */
export function fleetLab(): Lab {
  let [server, parent, bus, images] = [] as unknown as [NatsServer, Parent, NatsConnection, PreparedImage[]]
  beforeAll(async () => {
    if (LEFT_OUT) return
    server = await startNats()
    bus = await connect({ servers: server.url, maxReconnectAttempts: -1, reconnectTimeWait: 50 })
    parent = await createParent({ vcpus: 32, memoryMiB: 2048 })
    const eifs = [await fleetImage(1), await fleetImage(2)]
    images = await Promise.all(eifs.map((eif) => parent.prepare(eif, { memoryMiB: 64 })))
  })
  afterAll(async () => {
    await bus?.close()
    await parent?.close()
    await server?.stop()
  })
  let count = 0
  const pcrsOf = (version: number) => ({ PCR0: pcrHex(images[version - 1]!.pcrs, 0) })
  return {
    get server() {
      return server
    },
    get parent() {
      return parent
    },
    get bus() {
      return bus
    },
    newName: () => `fleet-${count++}`,
    join: (name, options, version = 1) =>
      joinFleet(images[version - 1]!, { nats: bus, name, parent, ...options }),
    open: (name, options) =>
      createFleetClient({ nats: bus, name, roots: parent.rootCertificate, pcrs: pcrsOf(1), ...options }),
    pcrsOf,
  }
}
