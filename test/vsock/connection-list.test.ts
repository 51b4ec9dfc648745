/** A list of connections keeps their order, and contains each once. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Connection } from '../../src/vsock/connection.ts'
import { ConnectionList } from '../../src/vsock/connection-list.ts'

const all = Array.from(
  { length: 5 },
  (_, port) => new Connection({ cid: 3, port }, { cid: 4, port }, 4096, () => true),
)
const [first, , middle, , last] = all

describe('a list', () => {
  let list: ConnectionList
  const ports = () => Array.from({ length: list.length }, (_, at) => list.at(at)?.local.port)

  beforeEach(() => {
    list = new ConnectionList()
    for (const connection of all) list.add(connection)
  })

  test('has its connections in insertion order, each once', () => {
    expect(ports()).toEqual([0, 1, 2, 3, 4])
    list.add(first!)
    list.add(last!)
    expect(ports()).toEqual([0, 1, 2, 3, 4])
    expect(list.at(5)).toBeUndefined()
  })

  test.each([
    ['the first', first!, [1, 2, 3, 4]],
    ['one in the middle', middle!, [0, 1, 3, 4]],
    ['the last', last!, [0, 1, 2, 3]],
  ])('deletes %s once, and adds it again at the end', (_, connection, rest) => {
    expect(list.delete(connection)).toBe(true)
    expect(ports()).toEqual(rest)
    expect(list.at(4)).toBeUndefined()
    expect(list.delete(connection)).toBe(false)
    expect(ports()).toEqual(rest)
    list.add(connection)
    expect(ports()).toEqual([...rest, connection.local.port])
  })

  test('is empty after all were removed, one by one or at once', () => {
    for (const connection of all) list.delete(connection)
    expect([list.length, list.at(0), list.delete(first!)]).toEqual([0, undefined, false])
    list.add(middle!)
    expect(ports()).toEqual([2])
    list.clear()
    expect([list.length, list.at(0)]).toEqual([0, undefined])
    list.add(last!)
    expect(ports()).toEqual([4])
  })
})
