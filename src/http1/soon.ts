/** What is there at once. */

/** What comes at once comes within so many microtasks. */
const MICROTASKS = 12

/** What `promise` gives, if that is there without a turn of the event loop; otherwise undefined. @throws what it rejects with */
export async function soon<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  let outcome: { readonly value: Value } | { readonly error: unknown } | undefined
  promise.then(
    (value) => {
      outcome = { value }
    },
    (error: unknown) => {
      outcome = { error }
    },
  )
  for (let count = 0; count < MICROTASKS && outcome === undefined; count++) await undefined
  if (outcome === undefined) return undefined
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
