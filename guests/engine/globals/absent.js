/** What an enclave does not have: memory cannot be shared, and nothing compiles WebAssembly. */

const ABSENT = ['SharedArrayBuffer', 'Atomics', 'WebAssembly']

/** Removes the names from globalThis. */
export function removeAbsent() {
  for (const name of ABSENT) delete globalThis[name]
}

/** Loads a library that looks at the names without asking whether they are there. */
export function withAbsent(load) {
  globalThis.Atomics = {}
  globalThis.SharedArrayBuffer = class {
    get byteLength() {
      throw new TypeError('not a SharedArrayBuffer')
    }
    get growable() {
      throw new TypeError('not a SharedArrayBuffer')
    }
  }
  try {
    return load()
  } finally {
    removeAbsent()
  }
}
