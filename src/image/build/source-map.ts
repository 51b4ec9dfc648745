/**
 * The source map of a bundle, so that stacks in an enclave name the author's files and lines. It is the last line of the
 * bundle: measured with it, and therefore right for exactly this image. It has lines and no columns, which keeps it small.
 */
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { toBase64 } from '../../base/base64.ts'

/**
 * The last line of a bundle whose source map esbuild gave as `map`; `nameOf` names a source as its image does, or returns
 * undefined for one that is not in the bundle.
 */
export function sourceMapComment(map: string, nameOf: (source: string) => string | undefined): string {
  const { sources, mappings } = JSON.parse(map) as { sources: string[]; mappings: string }
  const names = sources.map((source) => nameOf(sourceOf(source)))
  const known = [...new Set(names.filter((name) => name !== undefined))].toSorted()
  // -1 for one that is not in the bundle.
  const indexes = names.map((name) => known.indexOf(name!))
  const reduced = {
    version: 3,
    sources: known,
    names: [],
    mappings: encode(decode(mappings).map((segments) => linesOf(segments, indexes))),
  }
  const text = new TextEncoder().encode(JSON.stringify(reduced))
  return `//# sourceMappingURL=data:application/json;base64,${toBase64(text)}\n`
}

/** The file of a source in a map of esbuild, which writes it as a URL. */
export function sourceOf(source: string): string {
  return decodeURIComponent(source)
}

/** The segments at which another line of a source begins; `indexes` are the new numbers of the sources, or -1. */
function linesOf(segments: SourceMapSegment[], indexes: readonly number[]): SourceMapSegment[] {
  const lines: SourceMapSegment[] = []
  let [lastSource, lastLine] = [-1, -1]
  for (const [column, source, line] of segments) {
    const index = source === undefined ? -1 : indexes[source]!
    if (line === undefined || (index === lastSource && line === lastLine)) continue
    lines.push(index < 0 ? [column] : [column, index, line, 0])
    ;[lastSource, lastLine] = [index, line]
  }
  return lines
}
