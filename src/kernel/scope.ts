/**
 * Empties the global scope in which a component's glue and the kernel run: only JavaScript's own globals and those for
 * bytes and WebAssembly remain. A guest cannot run JavaScript; this is defence in depth in case it ever can.
 */

/** JavaScript's own globals, and a few harmless others. */
const KEPT: ReadonlySet<string> = new Set(
  [
    'Object Array Number Boolean String Symbol BigInt Math JSON Date RegExp Promise Proxy Reflect Iterator',
    'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError',
    'Map Set WeakMap WeakSet WeakRef FinalizationRegistry DisposableStack AsyncDisposableStack Intl Temporal',
    'ArrayBuffer SharedArrayBuffer DataView Atomics Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array',
    'Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array Float32Array Float64Array',
    'NaN Infinity undefined globalThis isFinite isNaN parseFloat parseInt',
    'decodeURI decodeURIComponent encodeURI encodeURIComponent',
    'WebAssembly TextEncoder TextDecoder queueMicrotask',
  ].flatMap((line) => line.split(' ')),
)

/** Functions of every kind: what they inherit leads to what makes code of text. */
const FUNCTIONS: readonly object[] = [() => {}, async () => {}, function* () {}, async function* () {}]

function remove(holder: object, key: PropertyKey): void {
  if (Reflect.deleteProperty(holder, key)) return
  // A property that cannot be deleted may still be writable.
  Reflect.defineProperty(holder, key, { value: undefined })
}

/**
 * Removes all globals of `scope`, inherited ones included, except JavaScript's own, and everything that creates code from
 * text. Makes Object.prototype non-extensible.
 */
export function emptyScope(scope: object): void {
  const everyObject = Object.prototype
  for (
    let holder = scope;
    holder !== null && holder !== everyObject;
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const key of Reflect.ownKeys(holder)) {
      if (typeof key === 'symbol' || !KEPT.has(key)) remove(holder, key)
    }
  }
  for (const each of FUNCTIONS) remove(Object.getPrototypeOf(each), 'constructor')
  Object.preventExtensions(everyObject)
}
