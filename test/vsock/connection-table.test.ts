/** Connections are identified by both of their 32-bit ports. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Connection } from '../../src/vsock/connection.ts'
import { ConnectionTable } from '../../src/vsock/connection-table.ts'
import { ENCLAVE, PARENT, Pair, readBytes } from './pair.ts'

const MOST = 0xfffffffe
/** The limits, and ports around the powers of two at which two ports packed into one number would lose bits. */
const PORTS = [0, 1, 2 ** 20, 2 ** 21 - 1, 2 ** 21, 2 ** 21 + 1, 2 ** 31 - 1, 2 ** 31, MOST - 1, MOST]

const between = (local: number, remote: number) =>
  new Connection({ cid: PARENT, port: local }, { cid: ENCLAVE, port: remote }, 4096, () => true)

describe('the connection table', () => {
  let table: ConnectionTable
  const all = PORTS.flatMap((local) => PORTS.map((remote) => between(local, remote)))

  beforeEach(() => {
    table = new ConnectionTable()
    for (const connection of all) table.add(connection)
  })

  test('finds each connection by its two ports, and iterates over all', () => {
    expect(table.size).toBe(all.length)
    expect(new Set(table)).toEqual(new Set(all))
    for (const connection of all)
      expect(table.get(connection.local.port, connection.remote.port)).toBe(connection)
  })

  test('does not find a connection that was never added', () => {
    expect(table.get(2 ** 21 + 2, 0)).toBeUndefined()
    expect(table.get(0, 2 ** 21 + 2)).toBeUndefined()
  })

  test('deletes only the given connection', () => {
    for (const [deleted, connection] of all.entries()) {
      table.delete(connection)
      expect(table.get(connection.local.port, connection.remote.port)).toBeUndefined()
      expect(table.size).toBe(all.length - deleted - 1)
    }
    expect([...table]).toEqual([])
  })

  test('ignores the deletion of a connection that it does not contain', () => {
    table.delete(between(7, 7))
    table.delete(between(0, 7))
    expect(table.size).toBe(all.length)
  })
})

describe('four connections to one port', () => {
  test.each(PORTS)('get only their own data, on port %d', (port) => {
    const pair = new Pair()
    const accepted: Connection[] = []
    pair.enclave.listening.set(port, {
      hasRoom: () => true,
      accept: (connection) => accepted.push(connection),
    })
    const parentEnds = Array.from({ length: 4 }, () => pair.parent.endpoint.connect(port))
    pair.settle()
    expect(parentEnds.map(({ state }) => state)).toEqual(parentEnds.map(() => 'established'))
    accepted.forEach((connection, at) => void connection.write(Uint8Array.of(at), 1))
    parentEnds.forEach((connection, at) => void connection.write(Uint8Array.of(10 + at), 1))
    pair.settle()
    expect(parentEnds.map((connection) => [...readBytes(connection, 8)])).toEqual([[0], [1], [2], [3]])
    expect(accepted.map((connection) => [...readBytes(connection, 8)])).toEqual([[10], [11], [12], [13]])
    for (const connection of parentEnds) pair.parent.endpoint.closeConnection(connection)
    pair.settle()
    expect([pair.parent.endpoint.size, pair.enclave.endpoint.size]).toEqual([0, 0])
  })
})
