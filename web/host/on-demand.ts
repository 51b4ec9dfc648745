/** A part of the Worker that is loaded by its first call, so that the first enclave does not wait for it. */

type Calls = Record<string, (...values: unknown[]) => unknown>

/**
 * The calls of what `load` resolves with. A failed load is tried again by the next call. It can be awaited as an object
 * that is not a promise: it has no `then`.
 */
export function onDemand(load: () => Promise<object>): object {
  let loading: Promise<Calls> | undefined
  const loaded = () => {
    loading ??= (load() as Promise<Calls>).catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
  return new Proxy(
    {},
    {
      get: (_, name) =>
        typeof name === 'string' && name !== 'then'
          ? async (...values: unknown[]) => (await loaded())[name]!(...values)
          : undefined,
    },
  )
}
