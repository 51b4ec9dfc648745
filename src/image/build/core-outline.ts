/**
 * The outline of a core WebAssembly module (core specification, "Binary Format"): which custom sections it has, what
 * it imports and what it exports, by name. Nothing is compiled. The module is the builder's own, yet may be damaged.
 */
import { EnclaveError } from '../../base/error.ts'

/** What a module says about itself. */
export interface CoreOutline {
  /** Names of custom sections, such as `component-type`. */
  readonly customSections: readonly string[]
  /** Names of the modules that it imports from. */
  readonly importModules: readonly string[]
  readonly exports: readonly string[]
}

const PREAMBLE_SIZE = 8
const SECTION = { custom: 0, import: 2, export: 7 } as const
/** Flags of a limit. */
const HAS_MAXIMUM = 1

/**
 * The outline of `module`, of which the first eight bytes have been checked.
 * @throws {EnclaveError} E_APP_CORE_MODULE where it is cut off or not WebAssembly.
 */
export function outlineModule(module: Uint8Array): CoreOutline {
  const customSections: string[] = []
  const importModules = new Set<string>()
  const exports: string[] = []
  const reader = new Reader(module, PREAMBLE_SIZE)
  while (!reader.done) {
    const id = reader.byte()
    const section = reader.section(reader.number())
    if (id === SECTION.custom) customSections.push(section.name())
    else if (id === SECTION.import) section.each(() => importModules.add(section.import()))
    else if (id === SECTION.export) section.each(() => exports.push(section.export()))
  }
  return { customSections, importModules: [...importModules], exports }
}

class Reader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes
    this.#at = at
  }

  get done(): boolean {
    return this.#at >= this.#bytes.byteLength
  }

  byte(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw cutOff(this.#bytes.byteLength)
    return value
  }

  /** An unsigned LEB128 number; of 64-bit ones only the end matters here. */
  number(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }

  section(size: number): Reader {
    return new Reader(this.#take(size))
  }

  name(): string {
    return new TextDecoder().decode(this.#take(this.number()))
  }

  each(visit: () => void): void {
    for (let count = this.number(); count > 0; count--) visit()
  }

  /** One import; the name of its module. */
  import(): string {
    const module = this.name()
    this.name()
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
    return module
  }

  /** One export; its name. */
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

function cutOff(size: number): EnclaveError {
  return new EnclaveError('E_APP_CORE_MODULE', {
    what: 'the core module is cut off',
    expected: 'a whole WebAssembly module',
    got: `${size} bytes, of which a part claims more`,
  })
}
