/** Stands for `node:module` in the compiler's Worker: its `SourceMap`, for maps that esbuild has just written. */
import { decode, type SourceMapMappings } from '@jridgewell/sourcemap-codec'

interface Entry {
  readonly originalSource: string
  readonly originalLine: number
}

export class SourceMap {
  readonly #sources: readonly string[]
  readonly #mappings: SourceMapMappings

  constructor({ sources, mappings }: { sources: string[]; mappings: string }) {
    this.#sources = sources
    this.#mappings = decode(mappings)
  }

  /** The last entry that begins at or before a position, both counted from 0. */
  findEntry(line: number, column: number): Entry | Record<string, never> {
    for (let at = Math.min(line, this.#mappings.length - 1); at >= 0; at--) {
      const found = this.#mappings[at]!.findLast(([start]) => at < line || start <= column)
      if (!found) continue
      return found.length === 1 ? {} : { originalSource: this.#sources[found[1]]!, originalLine: found[2] }
    }
    return {}
  }
}
