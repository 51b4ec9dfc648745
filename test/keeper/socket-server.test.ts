/** A Unix socket server: who may connect, how many connections it serves at once, and how it closes. */
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { SocketServer } from '../../src/keeper/socket-server.ts'
import { useHome } from './own-home.ts'

const MAX_CONNECTIONS = 512
const home = useHome()
const path = () => join(home.path, 'socket')

test('a request can still be answered after the peer has closed its half', async () => {
  await using _ = await SocketServer.listen(path(), (socket) => {
    let asked = ''
    socket.on('data', (bytes) => (asked += bytes)).once('end', () => socket.end(`${asked}, indeed`))
  })
  const socket = connect(path())
  socket.end('so')
  expect(await text(socket)).toBe('so, indeed')
})

test('512 connections are served at once, and no more', async () => {
  const served: Socket[] = []
  await using _ = await SocketServer.listen(path(), (socket) => {
    served.push(socket)
    socket.write('!')
  })
  /** The first byte that a new connection receives: an exclamation mark, or none. */
  const greeting = async () => {
    const socket = connect(path())
    socket.on('error', () => {})
    return new Promise((resolve) => {
      socket.once('data', (bytes) => resolve(String(bytes))).once('close', () => resolve(''))
    })
  }
  for (let count = 0; count < MAX_CONNECTIONS; count++) expect(await greeting()).toBe('!')
  expect(await greeting()).toBe('')
  expect(served).toHaveLength(MAX_CONNECTIONS)
  // A closed connection makes room for another.
  served[0]!.destroy()
  await once(served[0]!, 'close')
  expect(await greeting()).toBe('!')
})

test('closing the server closes its connections, and accepts no more', async () => {
  const served: Socket[] = []
  const server = await SocketServer.listen(path(), (socket) => served.push(socket))
  const socket = connect(path())
  await once(socket, 'connect')
  await expect.poll(() => served.length).toBe(1)
  socket.on('error', () => {})
  const closed = once(socket, 'close')
  await server[Symbol.asyncDispose]()
  await closed
  expect(served[0]!.destroyed).toBe(true)
  expect(existsSync(path())).toBe(false)
})

test('an aborted connection does not affect others', async () => {
  const served: Socket[] = []
  await using _ = await SocketServer.listen(path(), (socket) => {
    served.push(socket)
    socket.write('!')
  })
  const [first, second] = [connect(path()), connect(path())]
  await Promise.all([once(first, 'data'), once(second, 'data')])
  served[0]!.emit('error', new Error('broken'))
  expect(served[0]!.destroyed).toBe(true)
  expect(served[1]!.destroyed).toBe(false)
  first.destroy()
  second.destroy()
})

test('a path on which it cannot listen causes an error', async () => {
  await using _ = await SocketServer.listen(path(), () => {})
  await expect(SocketServer.listen(path(), () => {})).rejects.toThrow(
    `E_STATE_FILE: cannot listen on ${path()}; got listen EADDRINUSE`,
  )
})
