/** An enclave with a service on port 5900, and clients of it, for a test of its sessions. */
import { type Connection, ServiceClient } from '../../../src/client/index.ts'
import type { VsockSocket } from '../../../src/parent/index.ts'
import type { AnyService } from '../../client/fake-service.ts'
import { connectWhenReady, Laboratory } from '../../support/laboratory.ts'

const PORT = 5900

/** Starts an enclave that serves `handlers`, the code of an object. */
export async function servedBy(
  handlers: string,
  options: Parameters<typeof Laboratory.open>[0] = {},
): Promise<Laboratory> {
  const lab = await Laboratory.open(options)
  await lab.run(`globalThis.noted = []; void sdk.serve(${handlers}, { port: ${PORT} })`)
  return lab
}

export const socketOf = (lab: Laboratory): Promise<VsockSocket> => connectWhenReady(lab.enclave, PORT)

export const clientOf = async (lab: Laboratory): Promise<ServiceClient<AnyService>> =>
  new ServiceClient<AnyService>((await socketOf(lab)) as Connection)

/** Numbers from 0 up. */
export async function* count(end: number = Number.POSITIVE_INFINITY): AsyncGenerator<number, void> {
  for (let at = 0; at < end; at++) yield at
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const values: Item[] = []
  for await (const item of items) values.push(item)
  return values
}
