/**
 * The source map of a bundle, so that stacks in an enclave name the author's files and lines. It is the last line of the
 * bundle: measured with it, and therefore right for exactly this image. It has lines and no columns, which keeps it small.
 */
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import { toBase64 } from '../../base/base64.ts'

/** The last line of a bundle whose source map esbuild gave as `map`; `nameOf` names a source as its image does. */
export function sourceMapComment(map: string, nameOf: (input: string) => string): string {
  const { sources, mappings } = JSON.parse(map) as { sources: string[]; mappings: string }
  const reduced = {
    version: 3,
    sources: sources.map(nameOf),
    names: [],
    mappings: encode(decode(mappings).map(linesOf)),
  }
  const text = new TextEncoder().encode(JSON.stringify(reduced))
  return `//# sourceMappingURL=data:application/json;base64,${toBase64(text)}\n`
}

/** The segments at which another line of a source begins. */
function linesOf(segments: SourceMapSegment[]): SourceMapSegment[] {
  const lines: SourceMapSegment[] = []
  let [lastSource, lastLine] = [-1, -1]
  for (const [column, source, line] of segments) {
    if (source === undefined || line === undefined || (source === lastSource && line === lastLine)) continue
    lines.push([column, source, line, 0])
    ;[lastSource, lastLine] = [source, line]
  }
  return lines
}
