/** webclave:engine of the test enclave: the event loop is that of the process. */
import type { Bytes } from '../../base/bytes.ts'
import { hostCodec } from '../../service/codec.ts'
import type { Codec } from '../../service/protocol.ts'
import { machine } from '../current.ts'
import type { Pollable } from '../resources.ts'

export const wait = (pollable: Pollable): Promise<void> => machine().wait(pollable)

export const file = (path: string): Bytes | undefined => {
  const { files } = machine().options
  return Object.hasOwn(files, path) ? files[path]!.slice() : undefined
}

export const beforeSleep = (callback: () => void): void => queueMicrotask(callback)

export const readInto = (stream: { read(length: number): Uint8Array }, place: Uint8Array): number => {
  const bytes = stream.read(place.length)
  place.set(bytes)
  return bytes.length
}

/** In Node any body may be a stream. */
export const responseBytes = (): undefined => undefined

export const readMessage: Codec['read'] = hostCodec.read
export const writeMessage: Codec['write'] = hostCodec.write

/** All messages are read and written one by one. */
export const readMessages = (): unknown[] => []
export const appendMessage = (): number => 0
