/** `node:events`: the npm package of that name, which is Node's own code, with what came to Node later. */
import EventEmitter from 'events/events.js'

const errorMonitor = Symbol('events.errorMonitor')

const { emit } = EventEmitter.prototype
EventEmitter.prototype.emit = function (name, ...given) {
  if (name === 'error') emit.call(this, errorMonitor, ...given)
  return emit.call(this, name, ...given)
}

function setMaxListeners(count = EventEmitter.defaultMaxListeners, ...emitters) {
  if (emitters.length === 0) EventEmitter.defaultMaxListeners = count
  for (const emitter of emitters) emitter.setMaxListeners?.(count)
}

const getMaxListeners = (emitter) => emitter.getMaxListeners?.() ?? EventEmitter.defaultMaxListeners
const getEventListeners = (emitter, name) => emitter.listeners?.(name) ?? []

const aborted = (signal) =>
  Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  })

function addAbortListener(signal, listener) {
  if (signal.aborted) queueMicrotask(() => listener())
  else signal.addEventListener('abort', listener, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) }
}

/** Listens to an emitter, or to a target of the Web's events, until the result is called. */
function listen(emitter, name, listener) {
  if (typeof emitter?.on === 'function') {
    emitter.on(name, listener)
    return () => emitter.removeListener(name, listener)
  }
  if (typeof emitter?.addEventListener === 'function') {
    // The Web has no event for errors that nobody handles.
    if (name !== 'error') emitter.addEventListener(name, listener)
    return () => emitter.removeEventListener(name, listener)
  }
  const error = new TypeError('The "emitter" argument must be an instance of EventEmitter')
  throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' })
}

/** The arguments of the next event. */
async function once(emitter, name, { signal } = {}) {
  if (signal?.aborted) throw aborted(signal)
  const { promise, resolve, reject } = Promise.withResolvers()
  const stops = [listen(emitter, name, (...given) => resolve(given))]
  if (name !== 'error') stops.push(listen(emitter, 'error', reject))
  const stop = signal && addAbortListener(signal, () => reject(aborted(signal)))
  try {
    return await promise
  } finally {
    for (const end of stops) end()
    stop?.[Symbol.dispose]()
  }
}

/** An iterator over the arguments of each event. */
function on(emitter, name, { signal } = {}) {
  if (signal?.aborted) throw aborted(signal)
  const ready = []
  const waiting = []
  let failure
  let done = false
  const push = (...given) => {
    const next = waiting.shift()
    if (next) next.resolve({ value: given, done: false })
    else ready.push(given)
  }
  const fail = (error) => {
    const next = waiting.shift()
    if (next) next.reject(error)
    else failure = { error }
    finish()
  }
  const stop = signal && addAbortListener(signal, () => fail(aborted(signal)))
  function finish() {
    done = true
    for (const end of stops) end()
    stop?.[Symbol.dispose]()
    for (const next of waiting.splice(0)) next.resolve({ value: undefined, done: true })
    return Promise.resolve({ value: undefined, done: true })
  }
  const stops = [listen(emitter, name, push)]
  if (name !== 'error') stops.push(listen(emitter, 'error', fail))
  return {
    next() {
      if (ready.length > 0) return Promise.resolve({ value: ready.shift(), done: false })
      if (failure) {
        const { error } = failure
        failure = undefined
        return Promise.reject(error)
      }
      if (done) return Promise.resolve({ value: undefined, done: true })
      const next = Promise.withResolvers()
      waiting.push(next)
      return next.promise
    },
    return: finish,
    throw(error) {
      fail(error)
      return Promise.resolve({ value: undefined, done: true })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const added = {
  EventEmitter,
  addAbortListener,
  captureRejectionSymbol: Symbol.for('nodejs.rejection'),
  captureRejections: false,
  errorMonitor,
  getEventListeners,
  getMaxListeners,
  on,
  once,
  setMaxListeners,
  usingDomains: false,
}
for (const [name, value] of Object.entries(added)) {
  Object.defineProperty(EventEmitter, name, { value, writable: true, configurable: true, enumerable: true })
}

export default EventEmitter
