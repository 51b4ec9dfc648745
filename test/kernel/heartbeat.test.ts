/** The heartbeat of the kernel: it sends one byte to port 9000, and must get the same byte back. */
import { expect, test } from 'vitest'
import { openHeartbeat } from '../../src/kernel/heartbeat.ts'
import type { Connection } from '../../src/vsock/connection.ts'
import { Shutdown } from '../../src/vsock/packet.ts'
import { Rig } from './rig.ts'

const PORT = 9000
const BYTE = 0xb7

/** A parent that answers the heartbeat with `answer` after receiving its byte. */
function parent(answer: (far: Connection) => void) {
  const rig = new Rig()
  const heard: number[] = []
  const far: Connection[] = []
  rig.listening.set(PORT, { hasRoom: () => true, accept: (connection) => void far.push(connection) })
  const send = openHeartbeat(rig.link)
  rig.events.push(() => {
    const bytes = new Uint8Array(far[0]!.readable)
    far[0]!.read(bytes)
    heard.push(...bytes)
    answer(far[0]!)
  })
  return { rig, send, heard, far }
}

test('sends B7 to port 9000, expects B7, and closes the connection', () => {
  const { rig, send, heard, far } = parent((peer) => peer.write(Uint8Array.of(BYTE), 9))
  send()
  expect(heard).toEqual([BYTE])
  expect(rig.sleeps).toHaveLength(1)
  expect(far[0]!.state).toBe('closed')
})

test.each([
  ['another byte', [BYTE - 1]],
  ['B7 twice', [BYTE, BYTE]],
  ['two other bytes', [1, 2]],
])('fails if the answer is %s', (_, bytes) => {
  const { send, far } = parent((peer) => peer.write(Uint8Array.from(bytes), 9))
  expect(send).toThrow('the heartbeat was answered with the wrong byte')
  expect(far[0]!.state).toBe('closed')
})

test.each([
  ['the end of the stream', (peer: Connection) => peer.shutdown(Shutdown.SEND)],
  ['a reset', (peer: Connection) => peer.abort('reset', true)],
])('fails if the answer is %s', (_, answer) => {
  expect(parent(answer).send).toThrow('the heartbeat was not answered')
})

test('fails if there is no listener', () => {
  expect(openHeartbeat(new Rig().link)).toThrow('the heartbeat was not answered')
})

test('waits for its connection without a limit', () => {
  const rig = new Rig()
  rig.room = -1
  const send = openHeartbeat(rig.link)
  rig.time = 1e9
  rig.link.pump()
  expect(rig.link.endpoint.expire()).toBe(Number.POSITIVE_INFINITY)
  expect(send).toThrow('for ever')
})
