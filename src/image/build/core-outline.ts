/**
 * The outline of a core WebAssembly module (core specification, "Binary Format"): the names of its custom sections,
 * imports and exports. Nothing is compiled. The module comes from the builder, but may be damaged.
 */
import type { Bytes } from '../../base/bytes.ts'
import { EnclaveError } from '../../base/error.ts'

/** The outline of a module. */
export interface CoreOutline {
  /** Names of custom sections, such as `component-type`. */
  readonly customSections: readonly string[]
  /** Names of the modules from which it imports. */
  readonly importModules: readonly string[]
  readonly exports: readonly string[]
}

export const PREAMBLE_SIZE = 8
export const SECTION = { custom: 0, import: 2, export: 7 } as const
/** The flag of limits that have a maximum. */
const HAS_MAXIMUM = 1

/**
 * Reads the outline of `module`, whose first eight bytes the caller has checked.
 * @throws {EnclaveError} E_APP_CORE_MODULE if it is truncated or not WebAssembly.
 */
export function outlineModule(module: Uint8Array): CoreOutline {
  const customSections: string[] = []
  const importModules = new Set<string>()
  const exports: string[] = []
  const reader = new ModuleReader(module, PREAMBLE_SIZE)
  while (!reader.done) {
    const id = reader.byte()
    const section = reader.section(reader.number())
    if (id === SECTION.custom) customSections.push(section.name())
    else if (id === SECTION.import) section.each(() => importModules.add(section.import().module))
    else if (id === SECTION.export) section.each(() => exports.push(section.export()))
  }
  return { customSections, importModules: [...importModules], exports }
}

/** Reads a module, or a section of it, without reading past its end. */
export class ModuleReader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  /** How far it has read. */
  get at(): number {
    return this.#at
  }

  get done(): boolean {
    return this.#at >= this.#bytes.byteLength
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw cutOff(this.#bytes.byteLength)
    return value
  }

  /** An unsigned LEB128 number; 64-bit values are only skipped. */
  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  section(size: number): ModuleReader {
    return new ModuleReader(this.#take(size))
  }

  name(): string {
    return new TextDecoder().decode(this.#take(this.number()))
  }

  each(visit: () => void): void {
    for (let count = this.number(); count > 0; count--) visit()
  }

  /** Reads one import; returns its names, and where what follows them begins. */
  import(): { module: string; name: string; rest: number } {
    const module = this.name()
    const name = this.name()
    const rest = this.#at
    const kind = this.byte()
    if (kind === 0) this.number()
    else if (kind === 1) {
      this.byte()
      this.#limits()
    } else if (kind === 2) this.#limits()
    else {
      this.byte()
      this.byte()
    }
    return { module, name, rest }
  }

  /** Reads one export; returns its name. */
  export(): string {
    const name = this.name()
    this.byte()
    this.number()
    return name
  }

  #limits(): void {
    const flags = this.byte()
    this.number()
    if (flags & HAS_MAXIMUM) this.number()
  }

  #take(size: number): Uint8Array {
    if (size > this.#bytes.byteLength - this.#at) throw cutOff(this.#bytes.byteLength)
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }
}

/** An unsigned number as LEB128. */
export function leb128(value: number): Bytes {
  const bytes: number[] = []
  let left = value
  do {
    bytes.push((left % 128) + (left >= 128 ? 128 : 0))
    left = Math.floor(left / 128)
  } while (left > 0)
  return Uint8Array.from(bytes)
}

function cutOff(size: number): EnclaveError {
  return new EnclaveError('E_APP_CORE_MODULE', {
    what: 'the core module is truncated',
    expected: 'a complete WebAssembly module',
    got: `${size} bytes, with a length beyond the end`,
  })
}
