/**
 * Plain objects whose names somebody else chose. V8 keeps members that have whole numbers for names in an array, as long as
 * the largest number asks for: an object with the names "1022" and "2550" takes 30 KiB. Here it keeps them in a table.
 */

/** Beyond this V8 never makes an array of it, also once the member is gone: its limit is 2^29. */
const FAR = '4294967294'

/** An object of `members`, each defined as its own: `__proto__` is a name like any other. */
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

/** Has V8 keep members of `object` in a table where `name`, which is about to be one, may be a number; whether it may. */
export function keepInTable(object: object, name: string): boolean {
  const first = name.charCodeAt(0)
  if (!(first >= 0x30 && first <= 0x39)) return false
  Object.defineProperty(object, FAR, { value: undefined, configurable: true })
  return Reflect.deleteProperty(object, FAR)
}
