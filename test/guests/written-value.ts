/** A value as text, so that two engines can compare what they have read. Runs in the test and in its guest. */

/** The order of the keys counts too. */
export function writtenValue(value: unknown): string {
  if (typeof value === 'number') return bitsOf(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return `date ${value.getTime()}`
  if (value instanceof Uint8Array) return `bytes ${value.join(',')}`
  if (Array.isArray(value)) return `[${Array.from(value, writtenValue).join(', ')}]`
  const bare = Object.getPrototypeOf(value) === null ? '' : 'not bare '
  const members = Object.entries(value).map(
    ([key, inner]) => `${JSON.stringify(key)}: ${writtenValue(inner)}`,
  )
  return `${bare}{${members.join(', ')}}`
}

/** Engines write the digits of some numbers differently. The bits of NaN are not always kept. */
function bitsOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  return `${view.getBigUint64(0).toString(16)} (${value.toFixed(3)})`
}
