/** Small messages that an outbox has written behind each other: in order with frames, whatever is sent meanwhile. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Outbox } from '../../src/service/outbox.ts'
import { bytes, FakeSink } from './fake-sink.ts'

let sink: FakeSink
let outbox: Outbox

describe('appended messages', () => {
  /** Writes the message's values as bytes, up to 100, behind those in `place`, and counts in its first byte. */
  const append = (message: readonly unknown[], limit: number, place: Uint8Array) => {
    if (message.length > Math.min(limit, 100 - place[0]!)) return 0
    place.set(message as number[], 4 + place[0]!)
    place[0]! += message.length
    return message.length
  }
  beforeEach(() => {
    sink = new FakeSink()
    outbox = new Outbox({ ...sink, append })
  })

  test('wait with frames in their order, and are written at once', async () => {
    expect(outbox.append([1, 2], 9)).toBe(2)
    expect(outbox.append([3], 9)).toBe(1)
    outbox.push(bytes(4))
    expect(outbox.append([5], 9)).toBe(1)
    expect([outbox.length, sink.scheduled.length]).toEqual([6, 1])
    sink.endTurn()
    expect(sink.writes).toEqual([Uint8Array.of(1, 2, 3, 4, 4, 5)])
    expect(outbox.append([6], 9)).toBe(1)
    await sink.endWrite()
    expect(sink.writes[1]).toEqual(Uint8Array.of(6))
    await sink.endWrite()
    expect(outbox.length).toBe(0)
  })

  test('are left to the caller if they have no room or the sink appends none', () => {
    expect(outbox.append(Array(90).fill(1), 99)).toBe(90)
    expect(outbox.append(Array(11).fill(2), 99)).toBe(0)
    expect(outbox.append([1, 2, 3], 2)).toBe(0)
    expect(outbox.length).toBe(90)
    outbox.push(bytes(3))
    expect(outbox.append(Array(11).fill(4), 99), 'there is new room').toBe(11)
    expect(new Outbox(sink).append([1], 9)).toBe(0)
  })

  test('count as frames do', async () => {
    for (let count = 1; count <= 16; count++) outbox.append([count], 9)
    expect(sink.writes.map((part) => part.length)).toEqual([16])
    outbox.append([17], 9)
    for (let count = 0; count < 20; count++) outbox.append([17], 9)
    await sink.endWrite(new Error('broken'))
    expect(outbox.length).toBe(0)
    outbox.append([18], 9)
    expect(sink.writes).toHaveLength(1)
    sink.endTurn()
    expect(sink.writes[1]).toEqual(Uint8Array.of(18))
  })

  test.each([
    ['appended', () => expect(outbox.append([1], 9)).toBe(1), [1]],
    ['a frame', () => outbox.push(bytes(1)), [1, 1]],
    [
      'many',
      () => {
        for (let count = 0; count < 20; count++) outbox.append([1], 9)
      },
      Array(20).fill(1),
    ],
  ])('are whole and in order if one is sent while another is written: %s', async (_, send, first) => {
    outbox = new Outbox({
      ...sink,
      append(message, limit, place) {
        if (message[0] === 2) send()
        return append(message, limit, place)
      },
    })
    outbox.append([0], 9)
    expect(outbox.append([2, 2], 9)).toBe(2)
    outbox.append([3], 9)
    sink.endTurn()
    while (sink.writing) await sink.endWrite()
    expect([...Buffer.concat(sink.writes)]).toEqual([0, ...first, 2, 2, 3])
    expect(outbox.length).toBe(0)
  })

  test('that come back as a frame are sent as one', () => {
    outbox = new Outbox({
      ...sink,
      append: (message, limit, place) => (message[0] === 9 ? bytes(9, 3) : append(message, limit, place)),
    })
    outbox.append([1], 9)
    expect(outbox.append([9], 9)).toBe(3)
    outbox.append([2], 9)
    sink.endTurn()
    expect(sink.writes).toEqual([Uint8Array.of(1, 9, 9, 9, 2)])
  })
})
