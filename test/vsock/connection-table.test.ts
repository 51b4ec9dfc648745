/** Connections are told apart by both of their ports, whatever ports of 32 bits those are. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Connection } from '../../src/vsock/connection.ts'
import { ConnectionTable } from '../../src/vsock/connection-table.ts'
import { ENCLAVE, PARENT, Pair, readBytes } from './pair.ts'

const MOST = 0xfffffffe
/** Around the powers of two at which packed numbers lose their last bits, and the ends. */
const PORTS = [0, 1, 2 ** 20, 2 ** 21 - 1, 2 ** 21, 2 ** 21 + 1, 2 ** 31 - 1, 2 ** 31, MOST - 1, MOST]

const between = (local: number, remote: number) =>
  new Connection({ cid: PARENT, port: local }, { cid: ENCLAVE, port: remote }, 4096, () => true)

describe('the table', () => {
  let table: ConnectionTable
  const all = PORTS.flatMap((local) => PORTS.map((remote) => between(local, remote)))

  beforeEach(() => {
    table = new ConnectionTable()
    for (const connection of all) table.add(connection)
  })

  test('finds each of many by its two ports, and iterates over all', () => {
    expect(table.size).toBe(all.length)
    expect(new Set(table)).toEqual(new Set(all))
    for (const connection of all)
      expect(table.get(connection.local.port, connection.remote.port)).toBe(connection)
  })

  test('does not find one that was never added', () => {
    expect(table.get(2 ** 21 + 2, 0)).toBeUndefined()
    expect(table.get(0, 2 ** 21 + 2)).toBeUndefined()
  })

  test('deletes one, and no other', () => {
    for (const [forgotten, connection] of all.entries()) {
      table.delete(connection)
      expect(table.get(connection.local.port, connection.remote.port)).toBeUndefined()
      expect(table.size).toBe(all.length - forgotten - 1)
    }
    expect([...table]).toEqual([])
  })

  test('ignores the deletion of one that it does not contain', () => {
    table.delete(between(7, 7))
    table.delete(between(0, 7))
    expect(table.size).toBe(all.length)
  })
})

describe('four connections to one port, each with its own data', () => {
  test.each(PORTS)('port %d', (port) => {
    const pair = new Pair()
    const accepted: Connection[] = []
    pair.enclave.listening.set(port, {
      hasRoom: () => true,
      accept: (connection) => accepted.push(connection),
    })
    const near = Array.from({ length: 4 }, () => pair.parent.endpoint.connect(port))
    pair.settle()
    expect(near.map(({ state }) => state)).toEqual(near.map(() => 'established'))
    accepted.forEach((connection, at) => void connection.write(Uint8Array.of(at), 1))
    near.forEach((connection, at) => void connection.write(Uint8Array.of(10 + at), 1))
    pair.settle()
    expect(near.map((connection) => [...readBytes(connection, 8)])).toEqual([[0], [1], [2], [3]])
    expect(accepted.map((connection) => [...readBytes(connection, 8)])).toEqual([[10], [11], [12], [13]])
    for (const connection of near) pair.parent.endpoint.closeConnection(connection)
    pair.settle()
    expect([pair.parent.endpoint.size, pair.enclave.endpoint.size]).toEqual([0, 0])
  })
})
