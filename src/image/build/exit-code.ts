/**
 * The exit code of a program for WASI preview 1. The adapter that maps preview 1 to WASI 0.2 reduces it to success or
 * failure; so `proc_exit` is taken from WASI 0.2 directly, as a function of the same type.
 */
import { type Bytes, concatBytes } from '../../base/bytes.ts'
import { leb128, ModuleReader, PREAMBLE_SIZE, SECTION } from './core-outline.ts'

const OLD = { module: 'wasi_snapshot_preview1', name: 'proc_exit' }
/** The interface of the world `exit` that `scripts/wasm-tools.ts` encodes. */
const NEW = { module: 'wasi:cli/exit@0.2.12', name: 'exit-with-code' }

/**
 * `module`, whose outline the caller has read, with its import of `proc_exit` replaced; undefined if it has none.
 */
export function keepExitCode(module: Bytes): Bytes | undefined {
  const reader = new ModuleReader(module, PREAMBLE_SIZE)
  while (!reader.done) {
    const start = reader.at
    const id = reader.byte()
    const size = reader.number()
    const [content, end] = [reader.at, reader.at + size]
    const section = reader.section(size)
    if (id !== SECTION.import) continue
    const found = findImport(section)
    if (!found) return undefined
    const changed = concatBytes(
      module.subarray(content, content + found.from),
      text(NEW.module),
      text(NEW.name),
      module.subarray(content + found.to, end),
    )
    return concatBytes(
      module.subarray(0, start),
      Uint8Array.of(id),
      leb128(changed.byteLength),
      changed,
      module.subarray(end),
    )
  }
  return undefined
}

/** Where the names of the import of `proc_exit` are in the section of imports. */
function findImport(section: ModuleReader): { from: number; to: number } | undefined {
  let found: { from: number; to: number } | undefined
  section.each(() => {
    const from = section.at
    const { module, name, rest } = section.import()
    if (module === OLD.module && name === OLD.name) found ??= { from, to: rest }
  })
  return found
}

/** A name with its length. */
function text(name: string): Bytes {
  const bytes = new TextEncoder().encode(name)
  return concatBytes(leb128(bytes.byteLength), bytes)
}
