/** A readable byte stream, whose reader may supply the array to fill. */

/** What the stream asks for bytes, and tells that its reader has no more use for them. */
export interface ByteSource {
  pull(controller: ReadableByteStreamController): Promise<void>
  cancel(): void | Promise<void>
}

/**
 * A byte stream that buffers nothing; in a browser without byte streams, such as WebKit on Linux, an ordinary stream of
 * arrays.
 */
export function byteStream({ pull, cancel }: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  try {
    return new ReadableStream({ type: 'bytes', pull, cancel })
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error
    const source = { pull: (controller: unknown) => pull(controller as ReadableByteStreamController), cancel }
    return new ReadableStream(source, { highWaterMark: 0 })
  }
}
