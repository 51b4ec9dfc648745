/** `console` that writes to the enclave's console: one line per call, and nothing if the console is not available. */

const MAX_WRITE = 4096

function show(value, seen = new Set()) {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Error) return value.stack ? `${value.name}: ${value.message}\n${value.stack}` : String(value)
  if (value instanceof Uint8Array) return `Uint8Array(${value.length})`
  if (value === null || typeof value !== 'object') return String(value)
  if (seen.has(value)) return '[circular]'
  seen.add(value)
  const inner = (item) => (typeof item === 'string' ? JSON.stringify(item) : show(item, seen))
  if (Array.isArray(value)) return `[${value.map(inner).join(', ')}]`
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${inner(item)}`)
    .join(', ')} }`
}

/** Installs `console` over two functions that return a WASI output stream. */
export function installConsole(getStdout, getStderr) {
  const line = (getStream) => (...values) => {
    const stream = getStream()
    const bytes = new TextEncoder().encode(`${values.map((value) => show(value)).join(' ')}\n`)
    for (let at = 0; at < bytes.length; at += MAX_WRITE) {
      stream.blockingWriteAndFlush(bytes.subarray(at, at + MAX_WRITE))
    }
    stream[Symbol.dispose]()
  }
  const [log, error] = [line(getStdout), line(getStderr)]
  globalThis.console = { log, info: log, debug: log, error, warn: error, trace: error }
}
