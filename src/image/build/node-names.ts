/**
 * Node's modules in an application. Those that need no host are provided by src/image/build/node, which the release
 * bundles. The others can be imported, and fail when they are used. The lists are fixed, because those of the Node that
 * builds would make the measured bytes depend on its version.
 */

/** Each is the file `NAME.cjs` in the release, with `/` as `-`. */
export const PROVIDED: ReadonlySet<string> = new Set([
  'assert',
  'assert/strict',
  'async_hooks',
  'buffer',
  'console',
  'crypto',
  'diagnostics_channel',
  'events',
  'module',
  'os',
  'path',
  'path/posix',
  'perf_hooks',
  'process',
  'punycode',
  'querystring',
  'stream',
  'stream/consumers',
  'stream/promises',
  'stream/web',
  'string_decoder',
  'sys',
  'timers',
  'timers/promises',
  'tty',
  'url',
  'util',
  'util/types',
  'worker_threads',
])

/** Those of files, network, processes and Node's own machinery. */
export const ABSENT: ReadonlySet<string> = new Set([
  'child_process',
  'cluster',
  'constants',
  'dgram',
  'dns',
  'dns/promises',
  'domain',
  'fs',
  'fs/promises',
  'http',
  'http2',
  'https',
  'inspector',
  'inspector/promises',
  'net',
  'path/win32',
  'readline',
  'readline/promises',
  'repl',
  'tls',
  'trace_events',
  'v8',
  'vm',
  'wasi',
  'zlib',
])

const PREFIX = 'node:'
/** These exist in Node only with the prefix. */
const PREFIXED_ONLY: ReadonlySet<string> = new Set(['ffi', 'sea', 'sqlite', 'test', 'test/reporters'])

/** What an import of `specifier` is in Node: one of its modules, and whether enclaves have it; undefined otherwise. */
export function nodeModule(specifier: string): { name: string; provided: boolean } | undefined {
  const prefixed = specifier.startsWith(PREFIX)
  const name = prefixed ? specifier.slice(PREFIX.length) : specifier
  if (PROVIDED.has(name)) return { name, provided: true }
  if (ABSENT.has(name) || (prefixed && PREFIXED_ONLY.has(name))) return { name, provided: false }
  return undefined
}

/** The file of a provided module in the release. */
export function fileOfNodeModule(name: string): string {
  return `${name.replace('/', '-')}.cjs`
}

/** A pattern that matches every specifier that `nodeModule` may know. */
export const NODE_SPECIFIER: RegExp = new RegExp(`^(?:${PREFIX}.*|${[...PROVIDED, ...ABSENT].join('|')})$`)
