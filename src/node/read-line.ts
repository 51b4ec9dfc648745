/** Reads the first line of a connection; what follows stays in the stream. */
import type { Socket } from 'node:net'

const NEWLINE = 0x0a

/** The line without its newline, at most `limit` bytes; undefined if it is longer or incomplete. */
export function readLine(socket: Socket, limit: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let line = Buffer.alloc(0)
    const settle = (text: string | undefined) => {
      socket.off('readable', read)
      socket.off('end', close)
      socket.off('close', close)
      resolve(text)
    }
    const close = () => settle(undefined)
    const read = () => {
      for (let chunk: Buffer | null = socket.read(); chunk; chunk = socket.read()) {
        line = Buffer.concat([line, chunk])
        const end = line.indexOf(NEWLINE)
        if (end > limit || (end < 0 && line.byteLength > limit)) return settle(undefined)
        if (end < 0) continue
        const rest = line.subarray(end + 1)
        if (rest.byteLength > 0) socket.unshift(rest)
        return settle(line.subarray(0, end).toString('latin1'))
      }
      if (socket.readableEnded) settle(undefined)
    }
    socket.on('readable', read)
    socket.once('end', close)
    socket.once('close', close)
    read()
  })
}
