/**
 * The host behind a relay: a TCP server on loopback, in a process of its own. The first bytes of a connection say what it
 * does (`../tcp-host.ts`). It sends its port to the process that has forked it.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { HEAD_LENGTH, MODES, writeAll } from '../tcp-host.ts'

function serve(socket: Socket): void {
  socket.setNoDelay(true)
  socket.on('error', () => {})
  socket.once('data', (head: Buffer) => {
    const [mode, length] = [head[0], head.readUInt32LE(1)]
    const rest = head.subarray(HEAD_LENGTH)
    if (mode === MODES.source) return void writeAll(socket, length)
    let left = length
    const take = (bytes: Buffer) => {
      if (mode === MODES.echo) return void socket.write(bytes)
      for (left -= bytes.byteLength; left <= 0; left += length) socket.write(Uint8Array.of(1))
    }
    socket.on('data', take).on('end', () => socket.end())
    if (rest.byteLength > 0) take(rest)
  })
}

const server = createServer({ allowHalfOpen: true }, serve)
server.listen(0, '127.0.0.1', 1024, () => process.send?.((server.address() as AddressInfo).port))
// Who has forked it may be killed.
process.on('disconnect', () => process.exit())
