/** Names the types of values from outside, for errors: a value itself may be a secret, or have no text. */

/** Such as `string`, `an array` or `null`. */
export function typeName(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : typeof value
}
