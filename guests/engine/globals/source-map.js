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
 * Creates a function that replaces positions in the bundle by the author's. `readSource` returns the bundle, and
 * `firstLineShift` is the length of what precedes it on its first line.
 */
export function createPositions(readSource, firstLineShift) {
  let map

  /** The decoded map, or null if the source has none that can be read. */
  function read() {
    const source = readSource()
    const at = source.lastIndexOf(COMMENT)
    if (at < 0) return null
    try {
      return new (decoder().TraceMap)(atob(source.slice(at + COMMENT.length).trim()))
    } catch {
      return null
    }
  }

  return (stack) =>
    stack.replace(FRAME, (frame, line, column) => {
      if (map === undefined) map = read()
      if (map === null) return frame
      const shift = line === '1' ? firstLineShift : 0
      const found = decoder().originalPositionFor(map, { line: +line, column: Math.max(0, column - 1 - shift) })
      return found.source === null ? frame : `${found.source}:${found.line}`
    })
}
