/**
 * One end of a pipe to another process, read into arrays of ours. Node gives every read of a child's pipe an array of
 * 64 KiB, and collecting those takes longer than all else that is done with the bytes; where a socket is opened it can
 * be told otherwise (`onread`), but a child's pipe is open already. Node only.
 */
import { Socket, type SocketConstructorOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Bytes } from '../base/bytes.ts'

/** Who reads. */
export interface PipeReader {
  /** Where the next bytes are to go. */
  space(): Bytes
  /** So many have gone there. */
  advance(length: number): void
}

/** Reads `pipe` for `reader` from now on; gives what it is to be written, paused and ended by. */
export function readPipe(pipe: Duplex, reader: PipeReader): Duplex {
  const { _handle: handle } = pipe as unknown as { _handle?: object }
  if (!handle) return pipe.on('data', (chunk: Bytes) => copyTo(reader, chunk))
  const onread = {
    buffer: () => reader.space(),
    callback(length: number) {
      reader.advance(length)
      return true
    },
  }
  const socket = new Socket({ handle, onread } as unknown as SocketConstructorOpts)
  return socket.resume()
}

/** The way of a stream that is no socket. */
function copyTo(reader: PipeReader, chunk: Bytes): void {
  for (let at = 0; at < chunk.byteLength; ) {
    const space = reader.space()
    const part = chunk.subarray(at, at + space.byteLength)
    space.set(part)
    reader.advance(part.byteLength)
    at += part.byteLength
  }
}
