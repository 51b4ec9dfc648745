/** A packet with a forged source CID is ignored. */
import { expect, test } from 'vitest'
import { Op } from '../../src/vsock/packet.ts'
import { ENCLAVE, PARENT, Pair } from '../vsock/pair.ts'

test.each([0, 1, 2, PARENT, ENCLAVE + 1, 0xffffffff, Number.POSITIVE_INFINITY])(
  'a connection request from CID %s is ignored',
  (sourceCid) => {
    const pair = new Pair()
    const accepted: unknown[] = []
    pair.parent.listening.set(8000, {
      hasRoom: () => true,
      accept: (connection) => accepted.push(connection),
    })
    const request = {
      sourceCid,
      destinationCid: PARENT,
      sourcePort: 1,
      destinationPort: 8000,
      length: 0,
      type: 1,
      operation: Op.REQUEST,
      flags: 0,
      bufferAllocation: 1000,
      forwardCount: 0,
    }
    pair.parent.endpoint.receive({ header: request, payload: new Uint8Array(0) })
    expect([accepted.length, pair.enclave.receive()]).toEqual([0, false])
    // The control: the same request from the enclave's own CID is accepted and answered.
    pair.parent.endpoint.receive({ header: { ...request, sourceCid: ENCLAVE }, payload: new Uint8Array(0) })
    expect([accepted.length, pair.enclave.receive()]).toEqual([1, true])
  },
)
