/**
 * Stands for a module of Node that enclaves do not have. It can be imported, and each of its members can be read, passed
 * on and extended; a call of one throws.
 */

/** Members that decide what an object is, and must not seem to be there. */
const UNKNOWN = new Set(['then', 'toJSON', 'constructor', '__esModule', 'nodeType', '$$typeof'])

const FILES = 'readFile of webclave/sdk reads the files of the image'
const HTTP = 'use fetch, or serveHttp of webclave/sdk'
const SOCKETS = 'use connect or vsock of webclave/sdk'
const INSTEAD = {
  'node:fs': FILES,
  'node:fs/promises': FILES,
  'node:http': HTTP,
  'node:http2': HTTP,
  'node:https': HTTP,
  'node:module': 'an application is one bundle, without native addons',
  'node:net': SOCKETS,
  'node:tls': SOCKETS,
}

function fail(name) {
  const instead = INSTEAD[name.match(/node:\S+/)?.[0]]
  const error = new Error(`${name} is not available in an enclave${instead ? `: ${instead}` : ''}`)
  error.code = 'ERR_METHOD_NOT_IMPLEMENTED'
  throw error
}

function member(name) {
  const made = new Map()
  return new Proxy(
    function absent() {
      fail(name)
    },
    {
      get(target, key, receiver) {
        if (typeof key === 'symbol' || UNKNOWN.has(key) || key in target)
          return Reflect.get(target, key, receiver)
        if (!made.has(key)) made.set(key, member(`${name}.${key}`))
        return made.get(key)
      },
      apply: () => fail(name),
      construct: () => fail(`new ${name}`),
    },
  )
}

/**
 * The members are inherited, because bundlers copy own properties of a module, which would have to be known, and keep its
 * prototype.
 */
export default (name) => {
  const known = new Map()
  return Object.create(
    new Proxy(Object.create(null), {
      get(_, key) {
        if (typeof key === 'symbol' || UNKNOWN.has(key)) return undefined
        if (!known.has(key)) known.set(key, member(`${name} ${key}`))
        return known.get(key)
      },
      has: (_, key) => typeof key === 'string' && !UNKNOWN.has(key),
    }),
  )
}
