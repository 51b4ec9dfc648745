/** The number of half-open connections is bounded. */
import { expect, test } from 'vitest'
import { MAX_CONNECTIONS } from '../../src/vsock/endpoint.ts'
import { Op } from '../../src/vsock/packet.ts'
import { ENCLAVE, PARENT, Pair } from '../vsock/pair.ts'

test('a flood of connection requests opens a bounded number of connections', () => {
  const pair = new Pair()
  let accepted = 0
  pair.parent.listening.set(8000, {
    hasRoom: () => true,
    accept: () => {
      accepted += 1
    },
  })
  for (let port = 0; port < 100_000; port++) {
    pair.parent.endpoint.receive({
      header: {
        sourceCid: ENCLAVE,
        destinationCid: PARENT,
        sourcePort: port,
        destinationPort: 8000,
        length: 0,
        type: 1,
        operation: Op.REQUEST,
        flags: 0,
        bufferAllocation: 0,
        forwardCount: 0,
      },
      payload: new Uint8Array(0),
    })
  }
  // The control: requests up to that bound are accepted.
  expect([accepted, pair.parent.endpoint.size]).toEqual([MAX_CONNECTIONS, MAX_CONNECTIONS])
})
