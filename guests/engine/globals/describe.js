/** The text of an error that nobody caught, for the end reason, which the parent instance sees. */

const MAX_CAUSES = 8
/** As the kernel knows it: src/kernel/boot.ts. */
const OUT_OF_MEMORY = 'uncaught InternalError: out of memory'

const indented = (text) => text.replaceAll('\n', '\n  ')

/** An error with its stack and its causes: no properties, which may hold what only the console may show. */
function errorText(error, depth = 0) {
  let text
  try {
    const { stack } = error
    const head = Error.prototype.toString.call(error)
    text = typeof stack === 'string' && stack !== '' ? stack : head
    // A message that was changed after the stack was made.
    if (!text.includes(head)) text = `${head}\n${text}`
    const errors = Array.isArray(error.errors) ? error.errors.slice(0, MAX_CAUSES) : []
    const inner = [
      ...(error.cause instanceof Error ? [['cause', error.cause]] : []),
      ...errors.map((one) => ['errors', one]),
    ]
    for (const [name, one] of depth < MAX_CAUSES ? inner : []) {
      if (one instanceof Error) text += indented(`\n[${name}]: ${errorText(one, depth + 1)}`)
    }
  } catch {
    text ??= 'an error that cannot be described'
  }
  return text
}

/** A Proxy may throw when it is asked. */
function isError(value) {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

function valueText(value) {
  try {
    return typeof value === 'string' ? JSON.stringify(value) : String(value)
  } catch {
    return 'an object that cannot be described'
  }
}

/** What ended the enclave. The engine throws null if there is not even memory for an error. */
export function describe(error, wasOutOfMemory) {
  if (wasOutOfMemory && (error === null || error === undefined)) return OUT_OF_MEMORY
  const text = isError(error) ? errorText(error) : `exception that is not an Error: ${valueText(error)}`
  return `uncaught ${text}`.toWellFormed()
}
