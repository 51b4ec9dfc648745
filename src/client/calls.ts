/** The functions of a service, as its clients call them. */
import type { Handlers } from '../service/handlers.ts'
import type { CallOptions } from './options.ts'

/** Any function of a service. */
// biome-ignore lint/suspicious/noExplicitAny: each declares the type of its own request.
export type Handler = (...given: any[]) => unknown

/** What a call of a function takes before its options. */
export type CallRequest<Function extends Handler> =
  Parameters<Function> extends []
    ? [request?: undefined]
    : Parameters<Function> extends [infer Given, ...unknown[]]
      ? [request: Given]
      : [request?: Parameters<Function>[0]]

/** What a call of a function gives. */
export type CallResult<Returned> =
  Awaited<Returned> extends AsyncIterable<infer Item> ? AsyncIterable<Item> : Awaited<Returned>

/** The functions of a service, as its client calls them. */
export type ServiceCalls<Service extends Handlers> = {
  readonly [Name in keyof Service]: (
    ...given: [...CallRequest<Service[Name]>, options?: CallOptions]
  ) => Promise<CallResult<ReturnType<Service[Name]>>>
}

/**
 * An object whose members call `call` with their name. Nobody knows the service's names here: the service itself refuses
 * unknown ones. It has no `then`, or `await` would call it.
 */
export function callsBy<Service extends Handlers>(
  call: (name: string, request: unknown, options: CallOptions) => Promise<unknown>,
): ServiceCalls<Service> {
  const caller = (name: string) => {
    // `async`, so that every error rejects.
    return async (request: unknown = null, options: CallOptions = {}) => call(name, request, options)
  }
  return new Proxy(Object.create(null), {
    get: (_, name) => (typeof name === 'string' && name !== 'then' ? caller(name) : undefined),
  }) as ServiceCalls<Service>
}
