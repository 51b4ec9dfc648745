/**
 * A guest for one call of a socket at a time: a core module in which the call is chosen by the length of the first
 * argument. Before it the guest has one socket of each kind that a call can meet; after it, it tells the parent what the
 * call wrote into its result, and waits until that has read it.
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

/** Where the parent listens: it says nothing, says `hello`, closes at once, and takes what the guest tells. */
const PORT = { quiet: 8000, talking: 8001, over: 8002, report: 8003 } as const
/** Nobody listens there. */
export const NOBODY = 8009
export const OVER_PORT: number = PORT.over

const RESULT = 512
const RESULT_LENGTH = 32
const CID = 4
const MEMORY_MIB = 16

const VSOCK = 'qingtian:enclave/vsock@0.1.0'
const STREAMS = 'wasi:io/streams@0.2.0'
const POLL = 'wasi:io/poll@0.2.0'

/** Every import of the interface, and those of the streams that it gives: parameters, and `i` where a number comes back. */
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

/** A call by its words: a number, `4GiB` and the like as 64 bits, `result`, `data`, or a global by its name. */
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

/** The guest that can make each of `bodies`. */
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
    ${begin('refused', NOBODY)} ${settle('refused')}
    (memory.fill (i32.const ${RESULT}) (i32.const 0) (i32.const ${RESULT_LENGTH}))
    (call_indirect (type $nothing) (local.get $chosen))
    ${call(`write reportOut ${RESULT} ${RESULT_LENGTH} 1024`)}
    ${call('blockingRead reportIn 1 1024')}
    (i32.const 0)))`)

/** Makes one life for each call: what the call wrote into its result, or how the guest was ended by it. */
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
      // A life that does not end counts as hung.
      runTimeout: patience(60_000),
    })
    const { kind } = await ended
    return told ?? kind
  }
}
