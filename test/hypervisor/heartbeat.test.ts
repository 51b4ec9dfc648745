/** The answer to a heartbeat: one byte for one, once, and nothing else. */
import { describe, expect, test } from 'vitest'
import { HEARTBEAT_BYTE } from '../../src/boundary/heartbeat.ts'
import { Heartbeat } from '../../src/hypervisor/heartbeat.ts'
import type { Connection } from '../../src/vsock/connection.ts'

/** A connection to a heartbeat, on which `say` brings bytes; the other end may have no room for an answer. */
function connected({ hasRoom = true } = {}) {
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
  const say = (...bytes: number[]) => {
    come = bytes
    connection.onChange()
  }
  return { heartbeat, written, say }
}

const code = 'E_ENCLAVE_HEARTBEAT'

describe('a heartbeat', () => {
  test('is answered with the same byte', () => {
    const { heartbeat, written, say } = connected()
    expect(heartbeat.answered).toBe(false)
    say()
    expect([heartbeat.answered, written]).toEqual([false, []])
    say(HEARTBEAT_BYTE)
    expect([heartbeat.answered, written]).toEqual([true, [HEARTBEAT_BYTE]])
    // A change that brings nothing, such as the connection's end.
    say()
    expect(heartbeat.answered).toBe(true)
  })

  test('has one connection', () => {
    expect(new Heartbeat().hasRoom()).toBe(true)
    expect(connected().heartbeat.hasRoom()).toBe(false)
  })

  test.each([
    ['another byte', [HEARTBEAT_BYTE - 1], '1 bytes, the first 182'],
    ['two bytes', [HEARTBEAT_BYTE, HEARTBEAT_BYTE], '2 bytes, the first 183'],
    ['two others', [0, HEARTBEAT_BYTE], '2 bytes, the first 0'],
  ])('of %s is refused', (_, bytes, got) => {
    const { heartbeat, written, say } = connected()
    expect(() => say(...bytes)).toThrow(expect.objectContaining({ code, got }))
    expect([heartbeat.answered, written]).toEqual([false, []])
  })

  test('is refused a second time', () => {
    const { say } = connected()
    say(HEARTBEAT_BYTE)
    expect(() => say(HEARTBEAT_BYTE)).toThrow(expect.objectContaining({ code }))
  })

  test('is not answered where the answer finds no room', () => {
    const { heartbeat, say } = connected({ hasRoom: false })
    say(HEARTBEAT_BYTE)
    expect(heartbeat.answered).toBe(false)
  })
})
