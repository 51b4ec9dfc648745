/**
 * Stacks that begin with "Name: message" and have no empty line at their end, as V8's have: packages and people read
 * them so. What the engine itself makes are only the frames, with those of its own JavaScript among them.
 */

const FRAMES = /^(?: {4}at |$)/
const OWN_FRAME = /^ {4}at (?:.* \(engine\.js:\d+:\d+\)|(?:runJobs|evaluateSource) \(native\))$/

/** Replaces positions in the frames of a stack; as they are, until there is something better. */
let convert = (frames) => frames

/** Sets what replaces positions in the bundle by those of its author: see ./source-map.js. */
export function setPositions(positions) {
  convert = positions
}

const headed = (error, frames) => {
  if (typeof frames !== 'string' || !FRAMES.test(frames)) return frames
  let head = 'Error'
  try {
    head = Error.prototype.toString.call(error)
  } catch {}
  const lines = convert(frames)
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '' && !OWN_FRAME.test(line))
  return [head, ...lines].join('\n')
}

const setOwn = (object, value) =>
  Object.defineProperty(object, 'stack', { value, writable: true, configurable: true, enumerable: false })

/** Changes Error.prototype.stack, Error.captureStackTrace and DOMException. */
export function installStacks() {
  const own = Object.getOwnPropertyDescriptor(Error.prototype, 'stack')
  Object.defineProperty(Error.prototype, 'stack', {
    get() {
      return headed(this, own.get.call(this))
    },
    set(value) {
      if (this === Error.prototype || (typeof this !== 'object' && typeof this !== 'function')) {
        throw new TypeError('stack: this object cannot have a stack')
      }
      setOwn(this, value)
    },
    configurable: true,
    enumerable: false,
  })

  const capture = Error.captureStackTrace
  const captureStackTrace = (target, upTo = captureStackTrace) => {
    capture(target, upTo)
    setOwn(target, headed(target, target.stack))
  }
  Object.defineProperty(Error, 'captureStackTrace', {
    value: captureStackTrace,
    writable: true,
    configurable: true,
  })
  installDomException()
}

/** The engine's DOMException, with stacks that begin with its name. */
function installDomException() {
  const Native = DOMException
  const DomException = function (message = '', options = 'Error') {
    if (new.target === undefined)
      throw new TypeError("Class constructor DOMException cannot be invoked without 'new'")
    const name = typeof options === 'object' && options !== null ? (options.name ?? 'Error') : options
    const error = Reflect.construct(Native, [message, name], new.target)
    if (typeof options === 'object' && options !== null && 'cause' in options) {
      Object.defineProperty(error, 'cause', { value: options.cause, writable: true, configurable: true })
    }
    captureFor(error, new.target)
    return error
  }
  const captureFor = (error, upTo) => Error.captureStackTrace(error, upTo)
  Object.defineProperties(DomException, {
    ...Object.getOwnPropertyDescriptors(Native),
    name: { value: 'DOMException', configurable: true },
    length: { value: 0, configurable: true },
  })
  const { prototype } = Native
  Object.defineProperty(prototype, 'constructor', { value: DomException, writable: true, configurable: true })
  Object.defineProperty(prototype, Symbol.toStringTag, { value: 'DOMException', configurable: true })
  Object.defineProperty(globalThis, 'DOMException', {
    value: DomException,
    writable: true,
    configurable: true,
  })
}
