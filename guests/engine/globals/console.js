/**
 * `console` (the Console Standard) that writes to the enclave's console, as Node's does: what is inspected by
 * `node-inspect-extracted`, loaded when the first value is not plain text. Nothing if the console is not available.
 */
import { withAbsent } from './absent.js'
import { table } from './console-table.js'
import { utf8fromStringLoose } from './utf8.js'

const MAX_WRITE = 4096

let loaded

function inspector() {
  loaded ??= withAbsent(() => require('node-inspect-extracted'))
  return loaded
}

/** What console.log would write of `value`. */
export const inspect = (value, options) => inspector().inspect(value, options)

const isPlain = (value) =>
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  value === undefined ||
  value === null ||
  (typeof value === 'number' && !Object.is(value, -0))

/** The text of a call's arguments. */
function textOf(values) {
  const simple =
    values.every(isPlain) && (values.length < 2 || typeof values[0] !== 'string' || !values[0].includes('%'))
  return simple ? values.map(String).join(' ') : inspector().format(...values)
}

/** A function that writes a line to the WASI output stream that `getStream` returns. */
const lineWriter = (getStream) => (text) => {
  const stream = getStream()
  const bytes = utf8fromStringLoose(`${text}\n`)
  for (let at = 0; at < bytes.length; at += MAX_WRITE) {
    stream.blockingWriteAndFlush(bytes.subarray(at, at + MAX_WRITE))
  }
  stream[Symbol.dispose]()
}

/** Milliseconds as Node writes them. */
function durationText(milliseconds) {
  if (milliseconds < 1000) return `${Number(milliseconds.toFixed(3))}ms`
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toFixed(3)}s`
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60]
  const two = (number) => String(number).padStart(2, '0')
  if (minutes < 60) return `${minutes}:${rest.toFixed(3).padStart(6, '0')} (m:ss.mmm)`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(Math.round(rest))} (h:mm:ss)`
}

/** A console over two functions that return a WASI output stream, and the clock `now` in milliseconds. */
export function createConsole(getStdout, getStderr, now) {
  const indent = { text: '' }
  const counts = new Map()
  const starts = new Map()
  const indented = (write) => (text) => write(indent.text ? text.replace(/^/gm, indent.text) : text)
  const [out, err] = [indented(lineWriter(getStdout)), indented(lineWriter(getStderr))]
  const log = (...values) => out(textOf(values))
  const error = (...values) => err(textOf(values))
  const inspected = (value) => {
    const isLarge =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 2
    return inspect(value, { maxArrayLength: 3, breakLength: Infinity, depth: isLarge ? -1 : 0 })
  }

  const since = (label, then) => {
    const key = `${label}`
    if (!starts.has(key)) return error(`Warning: No such label '${key}' for console.${then}()`)
    return [key, durationText(now() - starts.get(key))]
  }
  const members = {
    log,
    warn: error,
    dir: (value, options) => out(inspect(value, { customInspect: false, ...options })),
    time(label = 'default') {
      if (starts.has(`${label}`)) error(`Warning: Label '${label}' already exists for console.time()`)
      else starts.set(`${label}`, now())
    },
    timeEnd(label = 'default') {
      const found = since(label, 'timeEnd')
      if (!found) return
      starts.delete(found[0])
      log('%s: %s', ...found)
    },
    timeLog(label = 'default', ...values) {
      const found = since(label, 'timeLog')
      if (found) log('%s: %s', ...found, ...values)
    },
    trace: function trace(...values) {
      const holder = { name: 'Trace', message: textOf(values) }
      Error.captureStackTrace(holder, trace)
      error(holder.stack)
    },
    assert(condition, ...values) {
      if (condition) return
      if (typeof values[0] === 'string') error(`Assertion failed: ${values[0]}`, ...values.slice(1))
      else error('Assertion failed', ...values)
    },
    clear() {},
    count(label = 'default') {
      const number = (counts.get(`${label}`) ?? 0) + 1
      counts.set(`${label}`, number)
      log(`${label}: ${number}`)
    },
    countReset(label = 'default') {
      if (!counts.delete(`${label}`)) error(`Warning: Count for '${label}' does not exist`)
    },
    group(...values) {
      if (values.length > 0) log(...values)
      indent.text += '  '
    },
    groupEnd() {
      indent.text = indent.text.slice(2)
    },
    table(data, columns) {
      const text = table(data, columns, inspected)
      if (text === undefined) log(data)
      else out(text)
    },
    debug: log,
    info: log,
    dirxml: log,
    error,
    groupCollapsed: (...values) => members.group(...values),
  }
  const made = {}
  for (const [name, member] of Object.entries(members)) {
    const called = { [name]: (...values) => member(...values) }[name]
    Object.defineProperty(made, name, {
      value: name === 'trace' ? member : called,
      writable: true,
      configurable: true,
      enumerable: true,
    })
  }
  return Object.defineProperty(made, Symbol.toStringTag, { value: 'console', configurable: true })
}
