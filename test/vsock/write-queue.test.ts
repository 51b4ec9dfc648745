/** The queue of writers: first come, first served; the first one is notified when it can write. */
import { expect, test } from 'vitest'
import { Connection } from '../../src/vsock/connection.ts'
import { WriteQueue } from '../../src/vsock/write-queue.ts'

const address = { cid: 4, port: 1 }

function queue() {
  const notified: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => {
    const connection = new Connection(address, address, 4096, () => true)
    connection.onChange = () => void notified.push(name)
    return connection
  }) as [Connection, Connection, Connection]
  return { writers: new WriteQueue(), notified, a, b, c }
}

test('a connection may write if none waits, and is not queued', () => {
  const { writers, a, b } = queue()
  expect([writers.enter(a), writers.enter(b), writers.enter(a)]).toEqual([true, true, true])
})

test('a connection is queued once behind waiting ones', () => {
  const { writers, notified, a, b, c } = queue()
  writers.wait(a)
  expect([writers.enter(b), writers.enter(c), writers.enter(b), writers.enter(a)]).toEqual([
    false,
    false,
    false,
    true,
  ])
  writers.leave(a)
  expect(notified).toEqual(['b'])
  expect([writers.enter(c), writers.enter(b)]).toEqual([false, true])
  writers.leave(b)
  writers.leave(c)
  expect(notified).toEqual(['b', 'c'])
  expect(writers.enter(a)).toBe(true)
})

test('a connection that waits again keeps its position', () => {
  const { writers, a, b } = queue()
  writers.wait(a)
  writers.enter(b)
  writers.wait(a)
  expect([writers.enter(a), writers.enter(b)]).toEqual([true, false])
})

test('wake notifies the first connection, if there is one', () => {
  const { writers, notified, a, b } = queue()
  writers.wake()
  expect(notified).toEqual([])
  writers.wait(a)
  writers.wait(b)
  writers.wake()
  expect(notified).toEqual(['a'])
})

test('no connection is notified when one leaves that was not the first', () => {
  const { writers, notified, a, b, c } = queue()
  writers.wait(a)
  writers.wait(b)
  writers.leave(b)
  writers.leave(c)
  expect(notified).toEqual([])
})
