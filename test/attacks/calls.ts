/**
 * A guest that makes one call of an import, possibly with one invalid address or length. It is a core module generated
 * from a table of all imports of the world that take an address, except `error.to-debug-string`, which needs a broken
 * connection. The length of its first argument chooses the call, the length of the second the behaviour of its
 * `cabi_realloc`.
 */
import type { BootMessage } from '../../src/boundary/boot-message.ts'
import { fromText } from '../support/components.ts'

const TEXT = 264
const POLLABLES = 272
const DATA = 256
const RESULT = 512
/** An address near 2^32, and a length that reaches beyond it. */
const OUTSIDE = -16
const ENDLESS = -1

/** The kinds of arguments: a valid value of each and, for an address or a length, an invalid one. */
const ARGUMENTS: Readonly<Record<string, { honest: string; lie?: number }>> = {
  data: { honest: `i32.const ${DATA}`, lie: OUTSIDE },
  text: { honest: `i32.const ${TEXT}`, lie: OUTSIDE },
  pollables: { honest: `i32.const ${POLLABLES}`, lie: OUTSIDE },
  length: { honest: 'i32.const 1', lie: ENDLESS },
  // Four times this number overflows 32 bits and leaves 4.
  count: { honest: 'i32.const 1', lie: 0x40000001 },
  result: { honest: `i32.const ${RESULT}`, lie: OUTSIDE },
  zero: { honest: 'i32.const 0' },
  some: { honest: 'i32.const 1' },
  parent: { honest: 'i32.const 3' },
  port: { honest: 'i32.const 6000' },
  none: { honest: 'i64.const 0' },
  many: { honest: 'i64.const 4' },
  ...Object.fromEntries(
    ['directory', 'file', 'input', 'output', 'listener', 'connection'].map((name) => [
      name,
      { honest: `global.get $${name}` },
    ]),
  ),
}

const VSOCK = 'qingtian:enclave/vsock@0.1.0'
const QTSM = 'qingtian:enclave/qtsm@0.1.0'
const STREAMS = 'wasi:io/streams@0.2.0'
const FILES = 'wasi:filesystem/types@0.2.0'

/** Interface, function, and the arguments of an honest call. */
const TABLE: readonly (readonly [interface_: string, name: string, kinds: string])[] = [
  [VSOCK, '[static]listener.listen', 'port some result'],
  [VSOCK, '[method]listener.accept', 'listener result'],
  [VSOCK, '[method]listener.local-address', 'listener result'],
  [VSOCK, '[static]connection.connect', 'parent port result'],
  [VSOCK, '[method]connection.streams', 'connection result'],
  [VSOCK, '[method]connection.local-address', 'connection result'],
  [VSOCK, '[method]connection.remote-address', 'connection result'],
  [VSOCK, '[method]connection.shutdown', 'connection zero result'],
  [QTSM, 'describe-pcr', 'zero result'],
  [QTSM, 'extend-pcr', 'zero data length result'],
  [QTSM, 'lock-pcr', 'zero result'],
  [QTSM, 'lock-pcrs', 'data length result'],
  [QTSM, 'get-describe', 'result'],
  [QTSM, 'get-attestation', 'some data length zero zero zero zero zero zero result'],
  [QTSM, 'get-random', 'some result'],
  [STREAMS, '[method]input-stream.read', 'input many result'],
  [STREAMS, '[method]input-stream.blocking-read', 'input many result'],
  [STREAMS, '[method]input-stream.skip', 'input many result'],
  [STREAMS, '[method]input-stream.blocking-skip', 'input many result'],
  [STREAMS, '[method]output-stream.check-write', 'output result'],
  [STREAMS, '[method]output-stream.write', 'output data length result'],
  [STREAMS, '[method]output-stream.blocking-write-and-flush', 'output data length result'],
  [STREAMS, '[method]output-stream.flush', 'output result'],
  [STREAMS, '[method]output-stream.blocking-flush', 'output result'],
  [STREAMS, '[method]output-stream.write-zeroes', 'output many result'],
  [STREAMS, '[method]output-stream.blocking-write-zeroes-and-flush', 'output many result'],
  [STREAMS, '[method]output-stream.splice', 'output input many result'],
  [STREAMS, '[method]output-stream.blocking-splice', 'output input many result'],
  ['wasi:io/poll@0.2.0', 'poll', 'pollables count result'],
  ['wasi:clocks/wall-clock@0.2.0', 'now', 'result'],
  ['wasi:clocks/wall-clock@0.2.0', 'resolution', 'result'],
  ['wasi:random/random@0.2.0', 'get-random-bytes', 'many result'],
  ['wasi:random/insecure@0.2.0', 'get-insecure-random-bytes', 'many result'],
  ['wasi:random/insecure-seed@0.2.0', 'insecure-seed', 'result'],
  ['wasi:cli/environment@0.2.0', 'get-environment', 'result'],
  ['wasi:cli/environment@0.2.0', 'get-arguments', 'result'],
  ['wasi:cli/environment@0.2.0', 'initial-cwd', 'result'],
  ['wasi:cli/terminal-stdin@0.2.0', 'get-terminal-stdin', 'result'],
  ['wasi:cli/terminal-stdout@0.2.0', 'get-terminal-stdout', 'result'],
  ['wasi:cli/terminal-stderr@0.2.0', 'get-terminal-stderr', 'result'],
  ['wasi:filesystem/preopens@0.2.0', 'get-directories', 'result'],
  [FILES, '[method]descriptor.read-via-stream', 'file none result'],
  [FILES, '[method]descriptor.write-via-stream', 'file none result'],
  [FILES, '[method]descriptor.append-via-stream', 'file result'],
  [FILES, '[method]descriptor.advise', 'file none none zero result'],
  [FILES, '[method]descriptor.sync-data', 'file result'],
  [FILES, '[method]descriptor.get-flags', 'file result'],
  [FILES, '[method]descriptor.get-type', 'file result'],
  [FILES, '[method]descriptor.set-size', 'file none result'],
  [FILES, '[method]descriptor.set-times', 'file zero none zero zero none zero result'],
  [FILES, '[method]descriptor.read', 'file many none result'],
  [FILES, '[method]descriptor.write', 'file data length none result'],
  [FILES, '[method]descriptor.read-directory', 'directory result'],
  [FILES, '[method]descriptor.sync', 'file result'],
  [FILES, '[method]descriptor.create-directory-at', 'directory text length result'],
  [FILES, '[method]descriptor.stat', 'file result'],
  [FILES, '[method]descriptor.stat-at', 'directory zero text length result'],
  [FILES, '[method]descriptor.link-at', 'directory zero text length directory text length result'],
  [FILES, '[method]descriptor.open-at', 'directory zero text length zero some result'],
  [FILES, '[method]descriptor.readlink-at', 'directory text length result'],
  [FILES, '[method]descriptor.remove-directory-at', 'directory text length result'],
  [FILES, '[method]descriptor.rename-at', 'directory text length directory text length result'],
  [FILES, '[method]descriptor.symlink-at', 'directory text length text length result'],
  [FILES, '[method]descriptor.unlink-file-at', 'directory text length result'],
  [FILES, '[method]descriptor.metadata-hash', 'file result'],
  [FILES, '[method]descriptor.metadata-hash-at', 'directory zero text length result'],
]

/** The behaviours of `cabi_realloc` during the chosen call. The guest chooses one by its index. */
const REALLOC = {
  honest: '(return (local.get $at))',
  'outside memory': '(return (i32.const -16))',
  'the last byte of memory': '(return (i32.const 131071))',
  null: '(return (i32.const 0))',
  unaligned: '(return (i32.add (local.get $at) (i32.const 1)))',
  'more memory first': '(drop (memory.grow (i32.const 1))) (return (local.get $at))',
  'a trap': '(unreachable)',
  'another call': `(global.set $mode (i32.const 0)) (call $again) (return (local.get $at))`,
  'the same call without end': '(call $again) (return (local.get $at))',
  'a sleep': `(global.set $mode (i32.const 0)) (call $sleep) (return (local.get $at))`,
  'the stream dropped': `(call $drop (global.get $input)) (global.set $input (i32.const 0)) (return (local.get $at))`,
  'an exit': '(call $exit (i32.const 0)) (unreachable)',
} as const

/** The name of a behaviour of `cabi_realloc`. */
export type Realloc = keyof typeof REALLOC

/** One call of an import. */
export interface Call {
  name: string
  /** The argument that is invalid, if any. */
  lie: string | undefined
  /** The index among all calls. */
  index: number
}

function argumentText(kinds: readonly string[], at: number, lyingAt: number): string {
  const { honest, lie } = ARGUMENTS[kinds[at]!]!
  return at === lyingAt ? `(i32.const ${lie})` : `(${honest})`
}

const bodies: string[] = []
/** Every call, with valid arguments or with one invalid argument. */
export const CALLS: readonly Call[] = TABLE.flatMap(([, name, line], row) => {
  const kinds = line.split(' ')
  const lying = [-1, ...kinds.keys()].filter((at) => at < 0 || ARGUMENTS[kinds[at]!]!.lie !== undefined)
  return lying.map((lyingAt) => {
    const index = bodies.length
    const all = kinds.map((_, at) => argumentText(kinds, at, lyingAt)).join(' ')
    bodies.push(`(func $call${index} (call $import${row} ${all}))`)
    return { name, lie: lyingAt < 0 ? undefined : `${kinds[lyingAt]} ${lyingAt}`, index }
  })
})

/** All calls with valid arguments, one after another. */
export const ALL_HONEST: Call = { name: 'all of them', lie: undefined, index: bodies.length }
const honest = CALLS.filter(({ lie }) => lie === undefined)
bodies.push(`(func $call${bodies.length} ${honest.map(({ index }) => `(call $call${index})`).join(' ')})`)

const imports = TABLE.map(([module, name, line], row) => {
  const types = line.split(' ').map((kind) => ARGUMENTS[kind]!.honest.match(/^i64/)?.[0] ?? 'i32')
  return `(import "${module}" "${name}" (func $import${row} (param ${types.join(' ')})))`
})
const rowOf = (name: string) => TABLE.findIndex(([, each]) => each === name)
const call = (name: string, ...values: string[]) => `(call $import${rowOf(name)} ${values.join(' ')})`
const handles = ['directory', 'file', 'input', 'output', 'listener', 'connection']

/** The guest as a core module. */
export const callingGuest = (): Promise<Uint8Array<ArrayBuffer>> =>
  fromText(`(module
  ${imports.join('\n  ')}
  (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
  (import "wasi:cli/exit@0.2.0" "exit" (func $exit (param i32)))
  (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $after (param i64) (result i32)))
  (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
  (import "${STREAMS}" "[resource-drop]input-stream" (func $drop (param i32)))
  (memory (export "memory") 2)
  (data (i32.const ${TEXT}) "f")
  (global $next (mut i32) (i32.const 4096))
  (global $mode (mut i32) (i32.const 0))
  (global $chosen (mut i32) (i32.const 0))
  ${handles.map((name) => `(global $${name} (mut i32) (i32.const 0))`).join('\n  ')}
  (type $nothing (func))
  (table ${bodies.length} ${bodies.length} funcref)
  (elem (i32.const 0) ${bodies.map((_, index) => `$call${index}`).join(' ')})
  (func $again (call_indirect (type $nothing) (global.get $chosen)))
  (func $sleep (call $block (call $after (i64.const 5000000))))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 15)) (i32.const -16)))
    ${Object.values(REALLOC)
      .map((body, mode) => `(if (i32.eq (global.get $mode) (i32.const ${mode})) (then ${body}))`)
      .join('\n    ')}
    (unreachable))
  ${bodies.join('\n  ')}
  (func $second (result i32) (i32.load offset=4 (i32.const ${RESULT})))
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (local $mode i32)
    ${call('get-arguments', `(i32.const ${RESULT})`)}
    (global.set $chosen (i32.load offset=4 (i32.load (i32.const ${RESULT}))))
    (local.set $mode (i32.load offset=12 (i32.load (i32.const ${RESULT}))))
    ${call('get-directories', `(i32.const ${RESULT})`)}
    (global.set $directory (i32.load (i32.load (i32.const ${RESULT}))))
    ${call('[method]descriptor.open-at', '(global.get $directory) (i32.const 0)', `(i32.const ${TEXT}) (i32.const 1)`, `(i32.const 0) (i32.const 1) (i32.const ${RESULT})`)}
    (global.set $file (call $second))
    ${call('[method]descriptor.read-via-stream', '(global.get $file) (i64.const 0)', `(i32.const ${RESULT})`)}
    (global.set $input (call $second))
    (global.set $output (call $stdout))
    ${call('[static]listener.listen', '(i32.const 5000) (i32.const 1)', `(i32.const ${RESULT})`)}
    (global.set $listener (call $second))
    ${call('[static]connection.connect', '(i32.const 3) (i32.const 8000)', `(i32.const ${RESULT})`)}
    (global.set $connection (call $second))
    (i32.store (i32.const ${POLLABLES}) (call $after (i64.const 0)))
    (global.set $mode (local.get $mode))
    (call $again)
    (i32.const 0)))`)

/** The boot data with which the guest makes the call `chosen` with the behaviour `realloc`. */
export function choosing(chosen: Call, realloc: Realloc): Pick<BootMessage, 'args' | 'env' | 'files'> {
  const mode = Object.keys(REALLOC).indexOf(realloc)
  return {
    args: ['x'.repeat(chosen.index), 'x'.repeat(mode)],
    env: [['COLOUR', 'blue']],
    files: new Map([['f', new TextEncoder().encode('twelve bytes')]]),
  }
}

/** The call of the import `name` with valid arguments. */
export const honestCall = (name: string): Call =>
  CALLS.find((each) => each.name === name && each.lie === undefined)!
