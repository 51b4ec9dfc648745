/** FormData: the XMLHttpRequest Standard, section 5. */
import { Blob, File } from './blob.js'
import { asInterface, showAs } from './define.js'

function entryOf(value, filename) {
  if (!(value instanceof Blob)) {
    if (filename !== undefined)
      throw new TypeError('FormData: a file name is given for a value that is not a Blob')
    return `${value}`.toWellFormed()
  }
  if (value instanceof File && filename === undefined) return value
  const { type, lastModified } = value
  return new File([value], filename ?? 'blob', { type, ...(lastModified !== undefined && { lastModified }) })
}

export class FormData {
  #entries = []

  constructor(form = undefined) {
    if (form !== undefined) throw new TypeError('FormData: an enclave has no forms')
  }
  append(name, value, filename = undefined) {
    if (arguments.length < 2) throw new TypeError('append: 2 arguments required')
    this.#entries.push([`${name}`.toWellFormed(), entryOf(value, filename)])
  }
  delete(name) {
    this.#entries = this.#entries.filter(([key]) => key !== `${name}`)
  }
  get(name) {
    return this.#entries.find(([key]) => key === `${name}`)?.[1] ?? null
  }
  getAll(name) {
    return this.#entries.filter(([key]) => key === `${name}`).map(([, value]) => value)
  }
  has(name) {
    return this.#entries.some(([key]) => key === `${name}`)
  }
  set(name, value, filename = undefined) {
    if (arguments.length < 2) throw new TypeError('set: 2 arguments required')
    const entry = [`${name}`.toWellFormed(), entryOf(value, filename)]
    const at = this.#entries.findIndex(([key]) => key === entry[0])
    if (at < 0) this.#entries.push(entry)
    else
      this.#entries = [
        ...this.#entries.slice(0, at),
        entry,
        ...this.#entries.slice(at + 1).filter(([key]) => key !== entry[0]),
      ]
  }
  forEach(callback, thisArgument = undefined) {
    if (typeof callback !== 'function') throw new TypeError('forEach: the argument is not a function')
    for (const [name, value] of this) callback.call(thisArgument, value, name, this)
  }
  *entries() {
    for (let at = 0; at < this.#entries.length; at++) yield [...this.#entries[at]]
  }
  *keys() {
    for (const [name] of this) yield name
  }
  *values() {
    for (const [, value] of this) yield value
  }
}
Object.defineProperty(FormData.prototype, Symbol.iterator, {
  value: FormData.prototype.entries,
  writable: true,
  configurable: true,
})
asInterface({ FormData })
showAs(FormData, (form) => Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name)])))
