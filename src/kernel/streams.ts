/**
 * wasi:io/streams and wasi:io/error for any source or sink that can be read or written without waiting (WASI 0.2).
 * Blocking calls wait in the link.
 */
import { type ByteSource, createInputStreams, InputStream } from './input-streams.ts'
import type { KernelLink } from './link.ts'
import { type ByteSink, createOutputStreams, OutputStream } from './output-streams.ts'
import type { Poll } from './poll.ts'
import type { ResourceObject } from './resource.ts'
import { createStreamErrors } from './stream-errors.ts'

export type { ByteSink, ByteSource }

/** The interfaces that the glue imports, and functions with which other interfaces create streams. */
export interface Streams {
  imports: { error: Record<string, unknown>; streams: Record<string, unknown> }
  createInput(source: ByteSource): ResourceObject
  createOutput(sink: ByteSink): ResourceObject
}

/** Creates both interfaces on `link`. */
export function createStreams(link: KernelLink, poll: Poll): Streams {
  const errors = createStreamErrors()
  const inputs = createInputStreams(link, poll, errors)
  const outputs = createOutputStreams(link, poll, errors, inputs)
  return {
    imports: {
      error: { Error: errors.resourceClass },
      streams: { InputStream: inputs.type.resourceClass, OutputStream: outputs.resourceClass },
    },
    createInput: (source) => inputs.type.create(new InputStream(source)),
    createOutput: (sink) => outputs.create(new OutputStream(sink)),
  }
}
