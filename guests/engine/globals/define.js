/** How globals are defined: as the web's are, not enumerable where they are classes, and loaded on first use where they are heavy. */

const data = (value) => ({ value, writable: true, configurable: true, enumerable: false })

/** Defines classes and objects on globalThis, not enumerable. */
export function define(values) {
  for (const [name, value] of Object.entries(values)) Object.defineProperty(globalThis, name, data(value))
}

/** Defines functions on globalThis, enumerable as the web's are. */
export function defineFunctions(values) {
  for (const [name, value] of Object.entries(values)) {
    // The bundler may have renamed it.
    Object.defineProperty(value, 'name', { value: name, configurable: true })
    Object.defineProperty(globalThis, name, { ...data(value), enumerable: true })
  }
}

/** Defines `names`, which `load` returns on first use; then each is a plain property. */
export function defineLazy(names, load) {
  for (const name of names) {
    const settle = (value) => {
      // The bundler may have renamed it.
      if (typeof value === 'function')
        Object.defineProperty(value, 'name', { value: name, configurable: true })
      Object.defineProperty(globalThis, name, data(value))
      return value
    }
    Object.defineProperty(globalThis, name, {
      get: () => settle(load()[name]),
      set: (value) => Object.defineProperty(globalThis, name, data(value)),
      configurable: true,
      enumerable: false,
    })
  }
}

/** Makes the members of classes enumerable, and gives them the names and tags that the web's have. */
export function asInterface(classes) {
  for (const [name, one] of Object.entries(classes)) {
    // The bundler may have renamed the class.
    Object.defineProperty(one, 'name', { value: name, configurable: true })
    for (const key of Object.getOwnPropertyNames(one.prototype)) {
      if (key !== 'constructor') Object.defineProperty(one.prototype, key, { enumerable: true })
    }
    for (const key of Object.getOwnPropertyNames(one)) {
      const { configurable, value } = Object.getOwnPropertyDescriptor(one, key)
      if (configurable && typeof value === 'function') Object.defineProperty(one, key, { enumerable: true })
    }
    Object.defineProperty(one.prototype, Symbol.toStringTag, { value: name, configurable: true })
    showAs(one, membersOf)
  }
}

/** Lets console.log show what `content` makes of an object of the class, where it would show nothing or private things. */
export function showAs(owner, content) {
  Object.defineProperty(owner.prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(depth, options, inspect) {
      const { name } = this.constructor ?? owner
      if (this === owner.prototype || depth < 0) return `[${name}]`
      const shown = content(this)
      const inner = { ...options, depth: options.depth === null ? null : options.depth - 1 }
      return typeof shown === 'string' ? `${name} ${shown}` : `${name} ${inspect(shown, inner)}`
    },
    writable: true,
    configurable: true,
  })
}

/** The accessors of an object with their values: its own class's before those that it inherits. */
function membersOf(object) {
  const members = {}
  for (
    let at = Object.getPrototypeOf(object);
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (get && !Object.hasOwn(members, key) && !key.startsWith('on')) members[key] = get.call(object)
    }
  }
  return members
}

/** Defines the constants of an interface on the class and on its prototype. */
export function defineConstants(owner, constants) {
  for (const [name, value] of Object.entries(constants)) {
    for (const place of [owner, owner.prototype])
      Object.defineProperty(place, name, { value, enumerable: true })
  }
}
