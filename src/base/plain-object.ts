/**
 * Plain objects whose property names come from untrusted input. V8 stores properties with integer names in an array as
 * long as the largest of them: an object with the names "1022" and "2550" takes 30 KiB. The functions here make V8 use
 * a hash table instead, so that memory is bounded by the number of properties.
 */

/**
 * A property with an index this large makes V8 switch to a hash table for good, even after it is deleted: V8's arrays
 * end at 2^29.
 */
const FAR = '4294967294'

/** An object with `members` as own properties: `__proto__` is a name like any other. */
export function plainObject<Value>(members: Iterable<readonly [string, Value]>): Record<string, Value> {
  const object: Record<string, Value> = {}
  let isTable = false
  for (const [name, value] of members) {
    if (!isTable) isTable = keepInTable(object, name)
    if (name === '__proto__')
      Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
    else object[name] = value
  }
  return object
}

/**
 * Call before adding `name`: makes V8 use a hash table for `object` if `name` starts with a digit. Returns whether it
 * did.
 */
export function keepInTable(object: object, name: string): boolean {
  const first = name.charCodeAt(0)
  if (!(first >= 0x30 && first <= 0x39)) return false
  Object.defineProperty(object, FAR, { value: undefined, configurable: true })
  return Reflect.deleteProperty(object, FAR)
}
