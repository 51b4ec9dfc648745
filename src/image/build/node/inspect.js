/** Node's own `inspect` and `format`, as node-inspect-extracted has them. It is large, and is evaluated on first use. */

let loaded

/** The library looks at these without asking whether they are there; a guest has none of them. */
const STAND_INS = {
  Atomics: {},
  SharedArrayBuffer: class {
    get byteLength() {
      throw new TypeError('memory is not shared')
    }
    get growable() {
      throw new TypeError('memory is not shared')
    }
  },
}

function library() {
  if (loaded) return loaded
  const absent = Object.keys(STAND_INS).filter((name) => !(name in globalThis))
  for (const name of absent) globalThis[name] = STAND_INS[name]
  try {
    loaded = require('node-inspect-extracted')
  } finally {
    for (const name of absent) delete globalThis[name]
  }
  return loaded
}

export const format = (...values) => library().format(...values)
export const formatWithOptions = (options, ...values) => library().formatWithOptions(options, ...values)
export const stripVTControlCharacters = (text) => library().stripVTControlCharacters(text)

export function inspect(...given) {
  return library().inspect(...given)
}
inspect.custom = Symbol.for('nodejs.util.inspect.custom')
for (const name of ['colors', 'defaultOptions', 'styles']) {
  Object.defineProperty(inspect, name, {
    get: () => library().inspect[name],
    set: (value) => {
      library().inspect[name] = value
    },
    enumerable: true,
  })
}
