/**
 * What the server of a bus refuses to publish. It says so at once, but not of which message: whoever has sent one to this subject
 * takes it for its own.
 */
import type { Bus } from './bus.ts'

/** A refusal, as `PermissionViolationError` of `@nats-io/nats-core` (3.4.0) has it. */
export interface Refusal extends Error {
  readonly subject: string
}

/** Calls `onRefusal` for each, until the returned function is called or the connection is closed. */
export function watchRefusals(bus: Bus, onRefusal: (refusal: Refusal) => void): () => void {
  const statuses = bus.status?.()
  let isOver = false
  const watch = async () => {
    for await (const { type, error } of statuses ?? []) {
      if (isOver) return
      if (type === 'error' && isRefusal(error)) onRefusal(error)
    }
  }
  // A connection that fails is noticed by what uses it.
  watch().catch(() => {})
  return () => {
    isOver = true
    statuses?.stop?.()
  }
}

/** Not `instanceof`: a connection that is given may come from another copy of the package. */
function isRefusal(error: unknown): error is Refusal {
  const { name, operation, subject } = (error ?? {}) as Partial<Record<string, unknown>>
  return name === 'PermissionViolationError' && operation === 'publish' && typeof subject === 'string'
}
