/** `node:timers`: the engine's. They are numbers, without `ref` and `unref`: nothing but the application keeps an enclave. */
import promises from 'node:timers/promises'

const NAMES = ['clearImmediate', 'clearInterval', 'clearTimeout', 'setImmediate', 'setInterval', 'setTimeout']

const timers = { promises }
// Read when used, because others replace them.
for (const name of NAMES)
  Object.defineProperty(timers, name, { get: () => globalThis[name], enumerable: true })

export default timers
