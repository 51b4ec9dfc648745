/** `node:util/types`: what a value is, by what only such a value has, and not by its prototype. */
const TypedArray = Object.getPrototypeOf(Uint8Array)
const tagOf = Object.getOwnPropertyDescriptor(TypedArray.prototype, Symbol.toStringTag).get

/** Whether `read(value)` works, as it does only for values with the right internal slot. */
const works = (read) => (value) => {
  try {
    read.call(value)
    return true
  } catch {
    return false
  }
}
const getter = (type, name) => Object.getOwnPropertyDescriptor(type.prototype, name).get
const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
const ofObject = (test) => (value) => isObject(value) && test(value)
const boxed = (type) => ofObject(works(type.prototype.valueOf))
const tagged = (tag) => ofObject((value) => Object.prototype.toString.call(value) === `[object ${tag}]`)

const isArrayBuffer = ofObject(works(getter(ArrayBuffer, 'byteLength')))
const isSharedArrayBuffer =
  typeof SharedArrayBuffer === 'function'
    ? ofObject(works(getter(SharedArrayBuffer, 'byteLength')))
    : () => false
const isBoxed = {
  isBigIntObject: boxed(BigInt),
  isBooleanObject: boxed(Boolean),
  isNumberObject: boxed(Number),
  isStringObject: boxed(String),
  isSymbolObject: boxed(Symbol),
}

const types = {
  ...isBoxed,
  isAnyArrayBuffer: (value) => isArrayBuffer(value) || isSharedArrayBuffer(value),
  isArgumentsObject: tagged('Arguments'),
  isArrayBuffer,
  isArrayBufferView: ArrayBuffer.isView,
  isAsyncFunction: (value) =>
    typeof value === 'function' &&
    /^\[object Async(?:Generator)?Function\]$/.test(Object.prototype.toString.call(value)),
  isBoxedPrimitive: (value) => Object.values(isBoxed).some((test) => test(value)),
  isCryptoKey: (value) => typeof CryptoKey === 'function' && value instanceof CryptoKey,
  isDataView: ofObject(works(getter(DataView, 'byteLength'))),
  isDate: ofObject(works(Date.prototype.getTime)),
  isExternal: () => false,
  isGeneratorFunction: (value) =>
    typeof value === 'function' &&
    /^\[object (?:Async)?GeneratorFunction\]$/.test(Object.prototype.toString.call(value)),
  isGeneratorObject: tagged('Generator'),
  isKeyObject: () => false,
  isMap: ofObject(works(getter(Map, 'size'))),
  isMapIterator: tagged('Map Iterator'),
  isModuleNamespaceObject: tagged('Module'),
  isNativeError: Error.isError ?? ((value) => value instanceof Error),
  isPromise: ofObject((value) => value instanceof Promise),
  isProxy: () => false,
  isRegExp: ofObject(
    works(function () {
      if (this !== RegExp.prototype) return getter(RegExp, 'source').call(this)
      throw new TypeError('not an expression')
    }),
  ),
  isSet: ofObject(works(getter(Set, 'size'))),
  isSetIterator: tagged('Set Iterator'),
  isSharedArrayBuffer,
  isTypedArray: (value) => tagOf.call(value) !== undefined,
  isWeakMap: ofObject(
    works(function () {
      WeakMap.prototype.has.call(this, {})
    }),
  ),
  isWeakSet: ofObject(
    works(function () {
      WeakSet.prototype.has.call(this, {})
    }),
  ),
}
for (const { name } of [
  ...(typeof Float16Array === 'function' ? [Float16Array] : []),
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
]) {
  types[`is${name}`] = (value) => tagOf.call(value) === name
}

export default types
