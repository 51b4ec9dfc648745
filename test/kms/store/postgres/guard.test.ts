/** What pg throws while it reads ends its connection, and not the process. */
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import pg from 'pg'
import { expect, test } from 'vitest'
import { guard, guarded } from '../../../../src/kms/store/postgres/guard.ts'

test('a listener that throws destroys its stream, and one that does not is called as before', async () => {
  const stream = new PassThrough()
  const read: string[] = []
  const listener = (data: Buffer) => {
    read.push(String(data))
    if (read.length === 2) throw new Error('cannot be read')
  }
  stream.on('data', listener)
  guard(stream, listener)
  stream.write('first')
  await expect.poll(() => read).toEqual(['first'])
  const failed = once(stream, 'error')
  stream.write('second')
  expect(await failed).toEqual([expect.objectContaining({ message: 'cannot be read' })])
  expect([read, stream.destroyed]).toEqual([['first', 'second'], true])
})

test('every socket that pg reads from is guarded', () => {
  const client = new (guarded(pg.Client))({}) as unknown as {
    connection: { attachListeners(stream: PassThrough): void; emit(name: string, message: object): boolean }
  }
  // A notice of the server, which pg reads correctly, with a listener that fails in the way in which a reader would.
  client.connection.emit = () => {
    throw new Error('in the reader')
  }
  const notice = Buffer.from('N\0\0\0\x0cSNOTE\0\0')
  notice.writeUInt32BE(notice.byteLength - 1, 1)
  const raw = new pg.Client() as unknown as typeof client
  raw.connection.emit = client.connection.emit
  const [socket, unguarded] = [new PassThrough(), new PassThrough()]
  for (const stream of [socket, unguarded]) stream.on('error', () => {})
  client.connection.attachListeners(socket)
  raw.connection.attachListeners(unguarded)
  expect(() => socket.emit('data', notice)).not.toThrow()
  expect(socket.destroyed).toBe(true)
  // The control.
  expect(() => unguarded.emit('data', notice)).toThrow('in the reader')
})
