/**
 * Reads a pipe to another process into buffers that the reader provides. Node allocates 64 KiB for every read of a
 * child's pipe, and collecting those buffers takes longer than everything else that is done with the bytes. A socket
 * can be opened with a buffer of its own (`onread`), but a child's pipe is already open. Node only.
 */
import { Socket, type SocketConstructorOpts } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Bytes } from '../base/bytes.ts'

/** The consumer of a pipe's bytes. */
export interface PipeReader {
  /** The buffer for the next bytes. */
  space(): Bytes
  /** `length` bytes have been written to the buffer. */
  advance(length: number): void
}

/** Reads `pipe` into `reader` from now on. Write to, pause and end the pipe through the stream that is returned. */
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

/** For a stream that has no handle of Node’s to take over. */
function copyTo(reader: PipeReader, chunk: Bytes): void {
  for (let at = 0; at < chunk.byteLength; ) {
    const space = reader.space()
    const part = chunk.subarray(at, at + space.byteLength)
    space.set(part)
    reader.advance(part.byteLength)
    at += part.byteLength
  }
}
