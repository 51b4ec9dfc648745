/** Packets without a connection, and packets that are invalid for their connection (virtio 1.2, section 5.10.6). */
import { describe, expect, test } from 'vitest'
import { Op, TYPE_STREAM } from '../../src/vsock/packet.ts'
import { ListeningPair } from './listening-pair.ts'
import { ENCLAVE, PARENT } from './pair.ts'

const PORT = 5000

const ends = new ListeningPair()

describe('stray packets', () => {
  test('data without a connection create none, and a second request resets its connection', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    const header = { sourcePort: parentEnd.local.port, destinationPort: PORT }
    ends.inject({ sourcePort: 77 }, new Uint8Array(3))
    expect(ends.pair.enclave.endpoint.size).toBe(1)
    ends.inject({ ...header, operation: Op.REQUEST })
    expect(enclaveEnd.closeReason).toBe('reset')
  })

  test.each([
    ['a wrong type', { type: 2 }],
    ['an unknown operation', { operation: 99 }],
    ['a response without a request', { operation: Op.RESPONSE }],
  ])('%s resets the connection', (_, fields) => {
    const [parentEnd, enclaveEnd] = ends.connected()
    ends.inject({ sourcePort: parentEnd.local.port, ...fields })
    expect(enclaveEnd.closeReason).toBe('reset')
  })

  test('a forged source CID is ignored', () => {
    const [parentEnd, enclaveEnd] = ends.connected()
    ends.inject({ sourcePort: parentEnd.local.port, sourceCid: 5, operation: Op.RST })
    expect(enclaveEnd.state).toBe('established')
  })

  test('a flood of packets without a connection causes a bounded number of answers', () => {
    for (let port = 0; port < 100_000; port++) {
      ends.pair.enclave.endpoint.receive({
        header: {
          sourceCid: PARENT,
          destinationCid: ENCLAVE,
          sourcePort: port,
          destinationPort: 9,
          length: 0,
          type: TYPE_STREAM,
          operation: Op.RW,
          flags: 0,
          bufferAllocation: 0,
          forwardCount: 0,
        },
        payload: new Uint8Array(0),
      })
    }
    let answers = 0
    while (ends.pair.parent.receive()) answers += 1
    expect(answers).toBeGreaterThan(0)
    expect(answers).toBeLessThanOrEqual((1 << 18) / 64)
  })
})
