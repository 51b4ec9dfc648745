/**
 * Positions in stacks as the application's author wrote the source. The bundle ends with its source map, in a comment, so
 * that it is measured with the bundle and belongs to exactly this image; it has lines, and no columns. It is decoded when
 * a stack is first read.
 */

/** The file name under which the application is evaluated. */
const FRAME = /\bapplication\.js:(\d+):(\d+)/g
const COMMENT = '\n//# sourceMappingURL=data:application/json;base64,'
const decoder = () => require('@jridgewell/trace-mapping')

/**
 * Creates a function that replaces positions in the bundle by the author's. `readSource` returns the bundle. The engine
 * writes the parameters before the first line, which has no code of the author; so no column has to be corrected.
 */
export function createPositions(readSource) {
  let map

  /** The decoded map, or null if the source has none that can be read. */
  function read() {
    const source = readSource()
    const at = source.lastIndexOf(COMMENT)
    if (at < 0) return null
    try {
      const bytes = Uint8Array.from(atob(source.slice(at + COMMENT.length).trim()), (unit) =>
        unit.charCodeAt(0),
      )
      return new (decoder().TraceMap)(new TextDecoder().decode(bytes))
    } catch {
      return null
    }
  }

  return (stack) =>
    stack.replace(FRAME, (frame, line, column) => {
      if (map === undefined) map = read()
      if (map === null) return frame
      const found = decoder().originalPositionFor(map, { line: +line, column: column - 1 })
      return found.source === null ? frame : `${found.source}:${found.line}`
    })
}
