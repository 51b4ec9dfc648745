/** Headers: the Fetch Standard, section 5.1. */
import { asInterface, showAs } from './define.js'

/** Whether `text` can be a header name or a method: a token of RFC 9110, section 5.6.2. */
export const isToken = (text) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)

/** A value with blanks before or after it: most have none, and replacing takes an interpreter longer than looking. */
const PADDED = /^[\t\n\r ]|[\t\n\r ]$/

/** What a value must not contain: NUL, line feed, carriage return, and what is not a byte. */
const BAD_VALUE = /[\0\r\n]|[^\0-\xff]/

function nameOf(given) {
  const name = `${given}`
  if (!isToken(name)) throw new TypeError(`Headers: ${JSON.stringify(name)} is not a header name`)
  return name.toLowerCase()
}

function textOf(given) {
  const text = `${given}`
  const value = PADDED.test(text) ? text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '') : text
  if (BAD_VALUE.test(value))
    throw new TypeError('Headers: a value holds a character that a header cannot hold')
  return value
}

let freeze

export class Headers {
  /** Lists of values by name. */
  #lists = new Map()
  #frozen = false

  static {
    freeze = (headers) => {
      headers.#frozen = true
    }
  }

  constructor(init = undefined) {
    if (init === undefined) return
    if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
      throw new TypeError('Headers: the argument is neither a record nor a sequence of pairs')
    }
    if (typeof init[Symbol.iterator] === 'function') {
      for (const pair of init) {
        const [name, value, ...more] = typeof pair === 'string' ? [] : pair
        if (value === undefined || more.length > 0)
          throw new TypeError('Headers: a pair does not have two items')
        this.append(name, value)
      }
      return
    }
    for (const key of Reflect.ownKeys(init)) {
      if (Object.getOwnPropertyDescriptor(init, key)?.enumerable) this.append(key, init[key])
    }
  }

  #change() {
    if (this.#frozen) throw new TypeError('Headers: these headers are immutable')
  }
  append(name, value) {
    const key = nameOf(name)
    const text = textOf(value)
    this.#change()
    const list = this.#lists.get(key)
    if (list) list.push(text)
    else this.#lists.set(key, [text])
  }
  delete(name) {
    const key = nameOf(name)
    this.#change()
    this.#lists.delete(key)
  }
  get(name) {
    return this.#lists.get(nameOf(name))?.join(', ') ?? null
  }
  getSetCookie() {
    return [...(this.#lists.get('set-cookie') ?? [])]
  }
  has(name) {
    return this.#lists.has(nameOf(name))
  }
  set(name, value) {
    const [key, text] = [nameOf(name), textOf(value)]
    this.#change()
    this.#lists.set(key, [text])
  }
  forEach(callback, thisArgument = undefined) {
    if (typeof callback !== 'function') throw new TypeError('forEach: the argument is not a function')
    for (const [name, value] of this) callback.call(thisArgument, value, name, this)
  }
  *entries() {
    for (const name of [...this.#lists.keys()].sort()) {
      const values = this.#lists.get(name) ?? []
      if (name === 'set-cookie') for (const value of values) yield [name, value]
      else yield [name, values.join(', ')]
    }
  }
  *keys() {
    for (const [name] of this) yield name
  }
  *values() {
    for (const [, value] of this) yield value
  }
}
Object.defineProperty(Headers.prototype, Symbol.iterator, {
  value: Headers.prototype.entries,
  writable: true,
  configurable: true,
})
asInterface({ Headers })
showAs(Headers, (headers) => Object.fromEntries(headers))

/** Makes headers refuse every change. */
export const freezeHeaders = (headers) => freeze(headers)
