/**
 * The C SDK's KMS client as a program of this machine, compiled with sanitizers (`harness.c`), and what it needs around it:
 * an attestation authority, and KMSs on loopback. It takes one command at a time.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once as event } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cryptoSources } from '../../../scripts/c-sdk-crypto.ts'
import { findCompiler } from '../../../scripts/compilers.ts'
import type { AttestationAuthority } from '../../../src/attestation/issue/authority.ts'
import { Budget } from '../../../src/kms/vsock/budget.ts'
import { type HttpApp, serveConnection } from '../../../src/kms/vsock/http-connection.ts'
import { PROFILE, pcrsOf } from '../../kms/support.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const cache = join(root, '.cache/c-sdk')
const own = join(root, 'test/languages/c-sdk')
const HARNESS = ['harness.c', 'harness-network.c'].map((name) => join(own, name))
const SANITIZERS = '-fsanitize=address,undefined'
const OWN_FLAGS = ['-O1', '-g', '-Wall', '-Wextra', '-Werror', SANITIZERS, '-fno-sanitize-recover=all']
/** Undefined behaviour of others is not ours to find, and their integers may be unaligned. */
const LIBRARY_FLAGS = ['-O1', '-g', '-w', '-fsanitize=address']
const WRAPPED = '-Wl,--wrap=socket,--wrap=connect,--wrap=recv,--wrap=clock_gettime'
const WASM_FLAGS = [
  ...['--target=wasm32-wasi', '--sysroot=/usr', '-mexec-model=reactor', '-Oz', '-mbulk-memory', '-w'],
  ...['-ffunction-sections', '-fdata-sections', '-ftls-model=local-exec', '-Wl,--gc-sections'],
]

const run = promisify(execFile)

/** The path of the harness; undefined if there is no compiler, which is reported. */
export async function buildHarness(): Promise<string | undefined> {
  const compiler = await findCompiler('native')
  if (!compiler) return undefined
  const sources = await cryptoSources()
  const own = [...sources.own, ...HARNESS]
  const all = [...own, ...sources.library]
  return once('harness', [compiler.version, OWN_FLAGS, LIBRARY_FLAGS, WRAPPED], all, async (folder) => {
    const compile = (files: readonly string[], flags: readonly string[]) =>
      run(compiler.command, [...sources.flags, ...flags, '-c', ...files], { cwd: folder })
    await Promise.all([compile(own, OWN_FLAGS), compile(sources.library, LIBRARY_FLAGS)])
    const objects = all.map((file) => `${file.split('/').at(-1)!.slice(0, -2)}.o`)
    await run(compiler.command, [SANITIZERS, WRAPPED, '-o', 'made', ...objects], { cwd: folder })
  })
}

/** The path of the harness as WebAssembly, without what needs a KMS; undefined if there is no compiler. */
export async function buildWasmHarness(): Promise<string | undefined> {
  const compiler = await findCompiler('wasi')
  if (!compiler) return undefined
  const sources = await cryptoSources()
  // What connects needs the sockets of the whole SDK.
  const files = [...sources.own.filter((file) => !file.endsWith('vsock-transport.c')), HARNESS[0]!]
  const all = [...files, ...sources.library]
  return once('wasm', [compiler.version, WASM_FLAGS], all, async (folder) => {
    const env = { PATH: '/usr/bin:/bin' }
    await run(compiler.command, [...sources.flags, ...WASM_FLAGS, '-o', 'made', ...all], { cwd: folder, env })
  })
}

/** Builds a file with `make`, which leaves it as `made` in a folder, unless it is there for the same sources. */
async function once(
  name: string,
  settings: unknown,
  files: readonly string[],
  make: (folder: string) => Promise<unknown>,
): Promise<string> {
  const headers = (await run('find', [join(root, 'guests/c/sdk'), own, '-name', '*.h'])).stdout
    .trim()
    .split('\n')
    .sort()
  const hash = createHash('sha256').update(JSON.stringify(settings))
  for (const file of [...files, ...headers]) hash.update(await readFile(file))
  const path = join(cache, `${name}-${hash.digest('hex').slice(0, 16)}`)
  if (await stat(path).catch(() => undefined)) return path
  const folder = `${path}.${process.pid}`
  await mkdir(folder, { recursive: true })
  await make(folder)
  await rename(join(folder, 'made'), path)
  await rm(folder, { recursive: true })
  return path
}

/** Listens on a free port of loopback. */
export async function listen(
  serve: (socket: Socket) => unknown,
): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>()
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await event(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await event(server, 'close')
    },
  }
}

/** Serves `app` as it is served over vsock. */
export function serveApp(app: HttpApp): Promise<{ port: number; close(): Promise<void> }> {
  return listen((socket) => {
    const { readable, writable } = Duplex.toWeb(socket)
    const streams = { readable: readable as ReadableStream<Uint8Array>, writable }
    serveConnection(streams, app, new Budget(1 << 24)).catch(() => {})
  })
}

/** Serves the documents of an enclave. */
export function serveDocuments(authority: AttestationAuthority): ReturnType<typeof listen> {
  return listen(async (socket) => {
    let received = Buffer.alloc(0)
    for await (const piece of socket) {
      received = Buffer.concat([received, piece as Buffer])
      const parts = partsOf(received)
      if (!parts) continue
      const [nonce, publicKey] = parts.map((part) => Uint8Array.from(part)) as [
        Uint8Array<ArrayBuffer>,
        Uint8Array<ArrayBuffer>,
      ]
      const request = { profile: PROFILE, moduleId: 'i.enc-1', pcrs: pcrsOf(1), nonce, publicKey }
      socket.end(await authority.attest(request))
      return
    }
  })
}

/** Two parts, each after its length; undefined if they are not complete. */
function partsOf(bytes: Buffer): [Buffer, Buffer] | undefined {
  if (bytes.length < 4) return undefined
  const first = bytes.readUInt32BE(0)
  if (bytes.length < 8 + first) return undefined
  const second = bytes.readUInt32BE(4 + first)
  if (bytes.length < 8 + first + second) return undefined
  return [bytes.subarray(4, 4 + first), bytes.subarray(8 + first, 8 + first + second)]
}

/** A harness that runs. */
export interface Harness {
  /** The words of the answer to a command. */
  ask(command: string, values?: Values): Promise<string[]>
  /** Ends it; returns what the sanitizers say. */
  end(): Promise<string>
}

type Values = Readonly<Record<string, string | number | undefined>>

const lineOf = (command: string, values: Values) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  return `${[command, ...given.map(([name, value]) => `${name}=${value}`)].join(' ')}\n`
}
const wordsOf = (line: string) => line.split(' ').map((word) => (word === '-' ? '' : word))

/** The native harness, in a process. */
export class NativeHarness implements Harness {
  readonly #child: ReturnType<typeof spawn>
  readonly #lines: AsyncIterator<string>
  #errors = ''

  constructor(path: string, env: Record<string, string> = {}) {
    // The sanitizers end the program, which the next command notices.
    const options = { env: { ...env, ASAN_OPTIONS: 'detect_leaks=1' }, stdio: 'pipe' } as const
    this.#child = spawn(path, options)
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text
    })
    this.#child.stdin!.on('error', () => {})
  }

  async ask(command: string, values: Values = {}): Promise<string[]> {
    this.#child.stdin!.write(lineOf(command, values))
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`the harness ended: ${await this.end()}`)
    return wordsOf(value)
  }

  async end(): Promise<string> {
    this.#child.stdin!.end()
    if (this.#child.exitCode === null && this.#child.signalCode === null) await event(this.#child, 'close')
    return this.#child.exitCode === 0 ? this.#errors : this.#errors || `status ${this.#child.exitCode}`
  }
}

/** The harness as WebAssembly, in this thread. */
export class WasmHarness implements Harness {
  readonly #exports: { memory: WebAssembly.Memory; input(): number; run(): void; _initialize(): void }
  #output = ''

  constructor(path: string) {
    const bytes = () => Buffer.from(this.#exports.memory.buffer)
    const functions = {
      random_get(at: number, length: number) {
        crypto.getRandomValues(bytes().subarray(at, at + length))
        return 0
      },
      fd_write: (_: number, vectors: number, count: number, written: number) => {
        let total = 0
        for (let at = vectors; at < vectors + 8 * count; at += 8) {
          const [start, length] = [bytes().readUInt32LE(at), bytes().readUInt32LE(at + 4)]
          this.#output += bytes().toString('latin1', start, start + length)
          total += length
        }
        bytes().writeUInt32LE(total, written)
        return 0
      },
    }
    // Whatever else the C library imports is unsupported: ENOSYS.
    const wasi = new Proxy(functions, { get: (known, name) => Reflect.get(known, name) ?? (() => 52) })
    const module = new WebAssembly.Module(readFileSync(path))
    this.#exports = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi }).exports as never
    this.#exports._initialize()
  }

  async ask(command: string, values: Values = {}): Promise<string[]> {
    this.#output = ''
    const line = Buffer.from(`${lineOf(command, values)}\0`)
    line.copy(Buffer.from(this.#exports.memory.buffer), this.#exports.input())
    this.#exports.run()
    return wordsOf(this.#output.trimEnd())
  }

  async end(): Promise<string> {
    return ''
  }
}
