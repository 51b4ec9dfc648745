/** The answer to a heartbeat: one byte for one byte, once, and nothing else. */
import { describe, expect, test } from 'vitest'
import { HEARTBEAT_BYTE } from '../../src/boundary/heartbeat.ts'
import { Heartbeat } from '../../src/hypervisor/heartbeat.ts'
import type { Connection } from '../../src/vsock/connection.ts'

/**
 * A connection to the heartbeat port, on which `say` delivers bytes; with `hasRoom: false` an answer cannot be sent.
 */
function connect({ hasRoom = true } = {}) {
  const heartbeat = new Heartbeat()
  const written: number[] = []
  let come: number[] = []
  const connection = {
    onChange() {},
    read(into: Uint8Array) {
      const taken = come.splice(0, into.byteLength)
      into.set(taken)
      return taken.length
    },
    write(bytes: Uint8Array, length: number) {
      if (!hasRoom) return 0
      written.push(...bytes)
      return length
    },
  }
  heartbeat.accept(connection as unknown as Connection)
  const receive = (...bytes: number[]) => {
    come = bytes
    connection.onChange()
  }
  return { heartbeat, written, receive }
}

const code = 'E_ENCLAVE_HEARTBEAT'

describe('a heartbeat', () => {
  test('is answered with the same byte', () => {
    const { heartbeat, written, receive } = connect()
    expect(heartbeat.answered).toBe(false)
    receive()
    expect([heartbeat.answered, written]).toEqual([false, []])
    receive(HEARTBEAT_BYTE)
    expect([heartbeat.answered, written]).toEqual([true, [HEARTBEAT_BYTE]])
    // A change without data, such as the connection's end.
    receive()
    expect(heartbeat.answered).toBe(true)
  })

  test('must use a single connection', () => {
    expect(new Heartbeat().hasRoom()).toBe(true)
    expect(connect().heartbeat.hasRoom()).toBe(false)
  })

  test.each([
    ['another byte', [HEARTBEAT_BYTE - 1], '1 bytes, the first 182'],
    ['two bytes', [HEARTBEAT_BYTE, HEARTBEAT_BYTE], '2 bytes, the first 183'],
    ['two others', [0, HEARTBEAT_BYTE], '2 bytes, the first 0'],
  ])('of %s is rejected', (_, bytes, got) => {
    const { heartbeat, written, receive } = connect()
    expect(() => receive(...bytes)).toThrow(expect.objectContaining({ code, got }))
    expect([heartbeat.answered, written]).toEqual([false, []])
  })

  test('is rejected the second time', () => {
    const { receive } = connect()
    receive(HEARTBEAT_BYTE)
    expect(() => receive(HEARTBEAT_BYTE)).toThrow(expect.objectContaining({ code }))
  })

  test('is a violation if there is no room for the answer', () => {
    const { heartbeat, receive } = connect({ hasRoom: false })
    receive(HEARTBEAT_BYTE)
    expect(heartbeat.answered).toBe(false)
  })
})
