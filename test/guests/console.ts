/** The laboratory, with `takeConsole`, which returns what was written on the console since its last call. */
import * as streams from 'wasi:io/streams'

export { default } from './laboratory.ts'

const parts: Uint8Array[] = []
// The declarations of the module have no classes.
const { OutputStream } = streams as unknown as { OutputStream: { prototype: object } }
Object.assign(OutputStream.prototype, {
  blockingWriteAndFlush: (bytes: Uint8Array) => void parts.push(bytes.slice()),
})

/** Uint8Arrays are joined before they are decoded, because a write may end within a character. */
function takeConsole(): string {
  const text = new TextDecoder()
  return parts
    .splice(0)
    .map((bytes) => text.decode(bytes, { stream: true }))
    .join('')
}
Object.assign(globalThis, { takeConsole })
