/** The Streams Standard, by `web-streams-polyfill`; loaded on first use. */
import { showAs } from './define.js'

export const STREAM_NAMES = [
  'ReadableStream',
  'ReadableStreamDefaultReader',
  'ReadableStreamBYOBReader',
  'ReadableStreamDefaultController',
  'ReadableByteStreamController',
  'ReadableStreamBYOBRequest',
  'WritableStream',
  'WritableStreamDefaultWriter',
  'WritableStreamDefaultController',
  'TransformStream',
  'TransformStreamDefaultController',
  'ByteLengthQueuingStrategy',
  'CountQueuingStrategy',
]

let loaded

/** The classes of the standard. */
export function streams() {
  if (loaded) return loaded
  loaded = require('web-streams-polyfill')
  showAs(loaded.ReadableStream, ({ locked, _state }) => ({ locked, state: _state }))
  showAs(loaded.WritableStream, ({ locked, _state }) => ({ locked, state: _state }))
  showAs(loaded.TransformStream, ({ readable, writable }) => ({ readable, writable }))
  return loaded
}
