/**
 * The calls whose arguments the kernel converts itself (`Symbol.for('cabiLower')`), so that an enclave's glue needs no
 * conversions for them. By interface, without its version; names as the glue has them.
 */
const LOWERED: Readonly<Record<string, readonly string[] | 'all'>> = {
  'qingtian:enclave/qtsm': ['describePcr'],
  'wasi:clocks/monotonic-clock': ['now', 'subscribeDuration', 'subscribeInstant'],
  'wasi:io/poll': ['block', 'poll', 'ready'],
  'wasi:io/streams': [
    'blockingFlush',
    'blockingRead',
    'blockingWriteAndFlush',
    'checkWrite',
    'flush',
    'read',
    'subscribe',
    'write',
  ],
  'webclave:engine/application': ['source'],
  'webclave:engine/crypto': 'all',
  'webclave:engine/tls': 'all',
}

/** Whether the kernel converts the arguments of `call` itself. `name` is the interface's, without a version. */
export function isLowered(name: string, call: string): boolean {
  const calls = Object.hasOwn(LOWERED, name) ? LOWERED[name]! : []
  return calls === 'all' || calls.includes(call)
}
