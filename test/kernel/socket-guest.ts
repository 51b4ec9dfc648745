/**
 * A guest that makes one call of a socket in each run: the length of its first argument selects the call. Before the
 * call it opens one socket of each kind that a call may use. After the call it sends the result to the parent, and
 * waits until the parent has read it.
 */
import { prepareComponent } from '../../src/hypervisor/components.ts'
import { EnclaveProcess } from '../../src/hypervisor/enclave-process.ts'
import { componentize } from '../../src/image/build/componentize.ts'
import { Listeners } from '../../src/parent/listeners.ts'
import { PcrBank } from '../../src/qtsm/pcr-bank.ts'
import { SecurityModule } from '../../src/qtsm/security-module.ts'
import { fromText } from '../support/components.ts'
import { patience } from '../support/patience.ts'
import { kernelScript } from '../support/probe.ts'

/** The parent's ports: it sends nothing, sends `hello`, closes at once, or receives the result. */
const PORT = { quiet: 8000, talking: 8001, over: 8002, report: 8003 } as const
/** A port without a listener. */
export const UNUSED_PORT = 8009
export const CLOSING_PORT: number = PORT.over

const RESULT = 512
const RESULT_LENGTH = 32
const CID = 4
const MEMORY_MIB = 16

const VSOCK = 'qingtian:enclave/vsock@0.1.0'
const STREAMS = 'wasi:io/streams@0.2.0'
const POLL = 'wasi:io/poll@0.2.0'

/**
 * Every import of the vsock interface and of its streams: the types of the parameters, followed by `i` for a returned
 * number.
 */
const IMPORTS: Readonly<Record<string, readonly [interface_: string, name: string, types: string]>> = {
  connect: [VSOCK, '[static]connection.connect', 'iii'],
  connectionSubscribe: [VSOCK, '[method]connection.subscribe', 'i>i'],
  streams: [VSOCK, '[method]connection.streams', 'ii'],
  connectionLocal: [VSOCK, '[method]connection.local-address', 'ii'],
  connectionRemote: [VSOCK, '[method]connection.remote-address', 'ii'],
  shutdown: [VSOCK, '[method]connection.shutdown', 'iii'],
  connectionDrop: [VSOCK, '[resource-drop]connection', 'i'],
  listen: [VSOCK, '[static]listener.listen', 'iii'],
  listenerSubscribe: [VSOCK, '[method]listener.subscribe', 'i>i'],
  accept: [VSOCK, '[method]listener.accept', 'ii'],
  listenerLocal: [VSOCK, '[method]listener.local-address', 'ii'],
  listenerDrop: [VSOCK, '[resource-drop]listener', 'i'],
  localCid: [VSOCK, 'local-cid', '>i'],
  read: [STREAMS, '[method]input-stream.read', 'iIi'],
  blockingRead: [STREAMS, '[method]input-stream.blocking-read', 'iIi'],
  skip: [STREAMS, '[method]input-stream.skip', 'iIi'],
  blockingSkip: [STREAMS, '[method]input-stream.blocking-skip', 'iIi'],
  inputSubscribe: [STREAMS, '[method]input-stream.subscribe', 'i>i'],
  inputDrop: [STREAMS, '[resource-drop]input-stream', 'i'],
  checkWrite: [STREAMS, '[method]output-stream.check-write', 'ii'],
  write: [STREAMS, '[method]output-stream.write', 'iiii'],
  blockingWrite: [STREAMS, '[method]output-stream.blocking-write-and-flush', 'iiii'],
  flush: [STREAMS, '[method]output-stream.flush', 'ii'],
  blockingFlush: [STREAMS, '[method]output-stream.blocking-flush', 'ii'],
  writeZeroes: [STREAMS, '[method]output-stream.write-zeroes', 'iIi'],
  blockingWriteZeroes: [STREAMS, '[method]output-stream.blocking-write-zeroes-and-flush', 'iIi'],
  splice: [STREAMS, '[method]output-stream.splice', 'iiIi'],
  blockingSplice: [STREAMS, '[method]output-stream.blocking-splice', 'iiIi'],
  outputSubscribe: [STREAMS, '[method]output-stream.subscribe', 'i>i'],
  outputDrop: [STREAMS, '[resource-drop]output-stream', 'i'],
  ready: [POLL, '[method]pollable.ready', 'i>i'],
  block: [POLL, '[method]pollable.block', 'i'],
  arguments: ['wasi:cli/environment@0.2.0', 'get-arguments', 'i'],
}

const TYPES: Readonly<Record<string, string>> = { i: 'i32', I: 'i64' }
const typesOf = (letters: string) => [...letters].map((letter) => TYPES[letter]).join(' ')

/**
 * Translates a call to WAT. An argument is a number, a 64-bit size such as `4GiB`, `result`, `data`, or the name of a
 * global variable.
 */
export function call(line: string): string {
  const [name, ...words] = line.split(' ')
  const [parameters] = IMPORTS[name!]![2].split('>')
  const values = words.map((word, at) => {
    if (word === 'result') return `(i32.const ${RESULT})`
    if (/^-?\d/.test(word)) return `(${TYPES[parameters![at]!]}.const ${word})`
    return `(global.get $${word})`
  })
  return `(call $${name} ${values.join(' ')})`
}

const imports = Object.entries(IMPORTS).map(([name, [module, field, types]]) => {
  const [parameters, result] = types.split('>')
  return `(import "${module}" "${field}" (func $${name} (param ${typesOf(parameters!)}) ${result ? '(result i32)' : ''}))`
})

const SOCKETS = Object.keys(PORT) as (keyof typeof PORT)[]
const globals = [
  'listener',
  'connecting',
  'refused',
  ...SOCKETS.flatMap((name) => [name, `${name}In`, `${name}Out`]),
]

const keep = (name: string, offset = 4) =>
  `(global.set $${name} (i32.load offset=${offset} (i32.const ${RESULT})))`
const begin = (name: string, port: number) => `${call(`connect 3 ${port} result`)} ${keep(name)}`
const settle = (name: string) => `(call $block ${call(`connectionSubscribe ${name}`)})`
const open = (name: keyof typeof PORT) => `${begin(name, PORT[name])} ${settle(name)}
  ${call(`streams ${name} result`)} ${keep(`${name}In`)} ${keep(`${name}Out`, 8)}`

/** The guest that can make each of the calls `bodies`. */
const socketGuest = (bodies: readonly string[]): Promise<Uint8Array<ArrayBuffer>> =>
  fromText(`(module
  ${imports.join('\n  ')}
  (memory (export "memory") 2)
  ${globals.map((name) => `(global $${name} (mut i32) (i32.const 0))`).join('\n  ')}
  (global $next (mut i32) (i32.const 4096))
  (type $nothing (func))
  (table ${bodies.length} ${bodies.length} funcref)
  (elem (i32.const 0) ${bodies.map((_, at) => `$body${at}`).join(' ')})
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (global.get $next))
    (global.set $next (i32.and (i32.add (i32.add (global.get $next) (local.get 3)) (i32.const 15)) (i32.const -16)))
    (local.get $at))
  ${bodies.map((body, at) => `(func $body${at} ${body})`).join('\n  ')}
  (func (export "wasi:cli/run@0.2.0#run") (result i32)
    (local $chosen i32)
    ${call('arguments result')}
    (local.set $chosen (i32.load offset=4 (i32.load (i32.const ${RESULT}))))
    ${SOCKETS.map(open).join('\n    ')}
    ${call('blockingRead overIn 1 result')}
    (call $block ${call('inputSubscribe talkingIn')})
    ${call('listen 6000 1 result')} ${keep('listener')}
    ${begin('refused', UNUSED_PORT)} ${settle('refused')}
    (memory.fill (i32.const ${RESULT}) (i32.const 0) (i32.const ${RESULT_LENGTH}))
    (call_indirect (type $nothing) (local.get $chosen))
    ${call(`write reportOut ${RESULT} ${RESULT_LENGTH} 1024`)}
    ${call('blockingRead reportIn 1 1024')}
    (i32.const 0)))`)

/**
 * Returns a function that runs the guest for one call: it returns the bytes of the result, or how the call ended the
 * guest.
 */
export async function socketCaller(
  bodies: readonly string[],
): Promise<(index: number) => Promise<DataView | string>> {
  const component = await prepareComponent(await componentize(await socketGuest(bodies)), {
    memoryBytes: MEMORY_MIB << 20,
  })
  const kernel = await kernelScript()
  return async (index) => {
    const listeners = new Listeners()
    let told: DataView | undefined
    listeners.listen(PORT.quiet, () => {})
    listeners.listen(PORT.talking, async ({ writable }) => {
      await writable.getWriter().write(new TextEncoder().encode('hello'))
    })
    listeners.listen(PORT.over, (socket) => socket.close())
    listeners.listen(PORT.report, async (socket) => {
      const { value } = await socket.readable.getReader().read()
      told = value && new DataView(value.buffer)
      socket.close()
    })
    const { ended } = await EnclaveProcess.start({
      kernel,
      component,
      boot: {
        cid: CID,
        bufferPool: 4 << 20,
        debug: false,
        args: ['x'.repeat(index)],
        env: [],
        files: new Map(),
        source: undefined,
      },
      security: new SecurityModule({
        profile: 'qingtian',
        moduleId: 'caller.enc-0',
        pcrs: new PcrBank(new Map()),
        attest: async () => new Uint8Array(1),
      }),
      acceptorOf: (port, carrier) => listeners.acceptorOf(port, carrier),
      // A guest that does not end counts as hung.
      runTimeout: patience(60_000),
    })
    const { kind } = await ended
    return told ?? kind
  }
}
