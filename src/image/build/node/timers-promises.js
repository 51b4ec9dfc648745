/** `node:timers/promises`. */
function wait(start, stop, value, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      stop(id)
      reject(
        Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
          name: 'AbortError',
          code: 'ABORT_ERR',
        }),
      )
    }
    const id = start(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value)
    })
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

const after = (delay, value, { signal } = {}) =>
  wait((done) => globalThis.setTimeout(done, delay), globalThis.clearTimeout, value, signal)

const immediate = (value, { signal } = {}) =>
  wait((done) => globalThis.setImmediate(done), globalThis.clearImmediate, value, signal)

async function* interval(delay, value, options) {
  while (true) yield await after(delay, value, options)
}

export default {
  setTimeout: after,
  setImmediate: immediate,
  setInterval: interval,
  scheduler: { wait: (delay, options) => after(delay, undefined, options), yield: () => immediate() },
}
