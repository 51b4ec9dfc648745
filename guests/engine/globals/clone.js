/** structuredClone: HTML, section 2.7, for what an enclave has. Loaded on first use. */
import { Blob, blobBytes, blobOf, File } from './blob.js'

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError }
const VIEWS = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
  ...[BigInt64Array, BigUint64Array, Float32Array, Float64Array, DataView],
  ...(typeof Float16Array === 'undefined' ? [] : [Float16Array]),
]
const getter = (prototype, name) => Object.getOwnPropertyDescriptor(prototype, name).get
const lengthOf = getter(ArrayBuffer.prototype, 'byteLength')
const kindOf = getter(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
const byteLengthOf = getter(DataView.prototype, 'byteLength')
const isTypedArrayWithin = Uint8Array.prototype.values
const sizeOfMap = getter(Map.prototype, 'size')
const sizeOfSet = getter(Set.prototype, 'size')

/** Whether `test`, which needs an object of one kind, takes `value`. */
const takes = (test, value) => takesValue((one) => test.call(one), value)

const takesValue = (test, value) => {
  try {
    test(value)
    return true
  } catch {
    return false
  }
}

/** Succeed only for objects with state that cannot be copied; the name and the tag of an object could be changed. */
const STATEFUL = [
  (value) => WeakMap.prototype.has.call(value, {}),
  (value) => WeakSet.prototype.has.call(value, {}),
  (value) => WeakRef.prototype.deref.call(value),
  (value) => FinalizationRegistry.prototype.unregister.call(value, {}),
]

/** The tags of arguments, iterators and generators. */
const PASSING = /^\[object (?:Arguments|.*Iterator|.*Generator)\]$/

function refuse(value, what) {
  let name = what
  try {
    name ??=
      typeof value === 'function'
        ? `the function ${value.name || '(anonymous)'}`
        : `a ${value.constructor.name}`
  } catch {}
  throw new DOMException(`${name ?? 'this object'} could not be cloned`, 'DataCloneError')
}

/** Whether the object is of a class with a tag, as those of the web and of the engine are. */
const isPlatformObject = (value) => {
  const prototype = Object.getPrototypeOf(value)
  const tag = prototype === null ? undefined : Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)
  return (
    typeof tag?.value === 'string' &&
    typeof prototype.constructor === 'function' &&
    prototype.constructor.name === tag.value
  )
}

const isUncopied = (value) =>
  value instanceof Promise ||
  value instanceof Iterator ||
  PASSING.test(Object.prototype.toString.call(value)) ||
  isPlatformObject(value) ||
  STATEFUL.some((test) => takesValue(test, value))

const PRIMITIVES = [
  [Number.prototype.valueOf, (value) => new Number(value)],
  [String.prototype.valueOf, (value) => new String(value)],
  [Boolean.prototype.valueOf, (value) => new Boolean(value)],
  [BigInt.prototype.valueOf, Object],
]

/** The copy of an object that holds no other objects; undefined if it may hold some. */
function copyLeaf(value, moved) {
  for (const [unwrap, wrap] of PRIMITIVES) if (takes(unwrap, value)) return wrap(unwrap.call(value))
  if (takes(Symbol.prototype.valueOf, value)) return refuse(value, 'a Symbol object')
  if (takes(Date.prototype.getTime, value)) return new Date(Date.prototype.getTime.call(value))
  if (Object.prototype.toString.call(value) === '[object RegExp]' && value instanceof RegExp) {
    return new RegExp(value.source, value.flags)
  }
  if (takes(lengthOf, value)) return moved.get(value) ?? copyBuffer(value)
  if (value instanceof File) {
    const { name, type, lastModified } = value
    return new File([value], name, { type, lastModified })
  }
  if (value instanceof Blob) return blobOf(blobBytes(value), value.type)
  if (value instanceof DOMException) return new DOMException(value.message, value.name)
  return undefined
}

function copyBuffer(value) {
  if (value.detached) return refuse(value, 'a detached ArrayBuffer')
  if (!value.resizable) return value.slice(0)
  const copy = new ArrayBuffer(value.byteLength, { maxByteLength: value.maxByteLength })
  new Uint8Array(copy).set(new Uint8Array(value))
  return copy
}

function copyError(value, copy) {
  const name = ERRORS[`${value.name}`] ? `${value.name}` : 'Error'
  const made = Object.create(ERRORS[name].prototype)
  const message = Object.getOwnPropertyDescriptor(value, 'message')
  const result = Reflect.construct(Error, [], made.constructor)
  const set = (key, content) =>
    Object.defineProperty(result, key, { value: content, writable: true, configurable: true })
  if (message && 'value' in message) set('message', `${message.value}`)
  set('stack', `${value.stack}`)
  copy.remember(value, result)
  if (Object.hasOwn(value, 'cause')) set('cause', copy.of(value.cause))
  return result
}

/** Copies one value with everything that it refers to. */
class Copy {
  #known = new Map()
  #moved

  constructor(moved) {
    this.#moved = moved
  }

  remember(value, copy) {
    this.#known.set(value, copy)
    return copy
  }

  of(value) {
    if (typeof value === 'symbol') refuse(value, 'a symbol')
    if (typeof value === 'function') refuse(value)
    if (typeof value !== 'object' || value === null) return value
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const leaf = copyLeaf(value, this.#moved)
    if (leaf !== undefined) return this.remember(value, leaf)
    if (ArrayBuffer.isView(value)) return this.remember(value, this.#view(value))
    if (takes(sizeOfMap, value)) return this.#map(value)
    if (takes(sizeOfSet, value)) return this.#set(value)
    if (Error.isError(value)) return copyError(value, this)
    if (Array.isArray(value)) return this.#properties(value, new Array(value.length))
    if (isUncopied(value)) refuse(value)
    return this.#properties(value, {})
  }

  #view(value) {
    const name = kindOf.call(value) ?? 'DataView'
    const View = VIEWS.find((one) => one.name === name)
    const buffer = this.of(value.buffer)
    // They throw for a view that is beyond its buffer since that was resized.
    const isWithin = name === 'DataView' ? byteLengthOf : isTypedArrayWithin
    if (!takes(isWithin, value)) refuse(value, `a ${name} beyond the end of its buffer`)
    const { byteOffset, byteLength } = value
    return new View(buffer, byteOffset, byteLength / (View.BYTES_PER_ELEMENT ?? 1))
  }

  #map(value) {
    const copy = this.remember(value, new Map())
    for (const [key, item] of [...Map.prototype.entries.call(value)]) copy.set(this.of(key), this.of(item))
    return copy
  }

  #set(value) {
    const copy = this.remember(value, new Set())
    for (const item of [...Set.prototype.values.call(value)]) copy.add(this.of(item))
    return copy
  }

  #properties(value, copy) {
    this.remember(value, copy)
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(value, key)) continue
      Object.defineProperty(copy, key, {
        value: this.of(value[key]),
        writable: true,
        configurable: true,
        enumerable: true,
      })
    }
    return copy
  }
}

/** The copies of the buffers that are to be moved. */
function moving(transfer) {
  const moved = new Map()
  for (const one of transfer) {
    if (!(one instanceof ArrayBuffer)) refuse(one, 'a value in transfer that is not an ArrayBuffer')
    if (moved.has(one)) refuse(one, 'an ArrayBuffer that is in transfer twice')
    moved.set(one, copyBuffer(one))
  }
  return moved
}

/** A deep copy of `value`. @throws {DOMException} DataCloneError */
export function structuredClone(value, options = {}) {
  if (arguments.length === 0) throw new TypeError('structuredClone: 1 argument required')
  if (options !== null && typeof options !== 'object' && typeof options !== 'function') {
    throw new TypeError('structuredClone: the options are not an object')
  }
  const { transfer = [] } = options ?? {}
  const moved = moving(transfer)
  const copy = new Copy(moved).of(value)
  // Only now, because a value that cannot be cloned keeps its buffers. `transfer` detaches a buffer.
  for (const buffer of moved.keys()) buffer.transfer(0)
  return copy
}
