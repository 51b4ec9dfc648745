/**
 * The C SDK's KMS client as a program of this machine, compiled with sanitizers (`harness.c`), and what it needs around it:
 * an attestation authority, and KMSs on loopback. It takes one command at a time.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rename, stat } from 'node:fs/promises'
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
const harness = join(root, 'test/languages/c-sdk/harness.c')
const SANITIZERS = '-fsanitize=address,undefined'
const OWN_FLAGS = ['-O1', '-g', '-Wall', '-Wextra', '-Werror', SANITIZERS, '-fno-sanitize-recover=all']
/** Undefined behaviour of others is not ours to find, and their integers may be unaligned. */
const LIBRARY_FLAGS = ['-O1', '-g', '-w', '-fsanitize=address']

const run = promisify(execFile)

/** The path of the harness; undefined if there is no compiler, which is reported. */
export async function buildHarness(): Promise<string | undefined> {
  const compiler = await findCompiler('native')
  if (!compiler) return undefined
  const { own, library, flags } = await cryptoSources()
  const hash = createHash('sha256').update(JSON.stringify([flags, OWN_FLAGS, compiler.version]))
  const headers = (await run('find', [join(root, 'guests/c/sdk'), '-name', '*.h'])).stdout
    .trim()
    .split('\n')
    .sort()
  for (const file of [harness, ...own, ...library, ...headers]) hash.update(await readFile(file))
  const path = join(cache, `harness-${hash.digest('hex').slice(0, 16)}`)
  if (await stat(path).catch(() => undefined)) return path
  const folder = `${path}.${process.pid}`
  await mkdir(folder, { recursive: true })
  const compile = (files: readonly string[], ...more: string[]) =>
    run(compiler.command, [...flags, ...more, '-c', ...files], { cwd: folder })
  // The same name in two folders would be the same object: ours and others' differ.
  await Promise.all([compile([...own, harness], ...OWN_FLAGS), compile(library, ...LIBRARY_FLAGS)])
  const objects = [...own, ...library, harness].map((file) => `${file.split('/').at(-1)!.slice(0, -2)}.o`)
  const wrapped = '-Wl,--wrap=socket,--wrap=connect'
  await run(compiler.command, [SANITIZERS, wrapped, '-o', 'harness', ...objects], { cwd: folder })
  await rename(join(folder, 'harness'), path)
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
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
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

/** A running harness. */
export class Harness {
  readonly #child: ReturnType<typeof spawn>
  readonly #lines: AsyncIterator<string>
  #errors = ''

  constructor(path: string, env: Record<string, string> = {}) {
    // UBSan and ASan end the program, which the next command notices.
    this.#child = spawn(path, {
      env: { ...env, ASAN_OPTIONS: 'detect_leaks=1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
    this.#child.stderr!.on('data', (text) => {
      this.#errors += text
    })
    this.#child.stdin!.on('error', () => {})
  }

  /** The words of the answer to a command. */
  async ask(command: string, values: Record<string, string | number | undefined> = {}): Promise<string[]> {
    const given = Object.entries(values).filter(([, value]) => value !== undefined)
    this.#child.stdin!.write(`${[command, ...given.map(([name, value]) => `${name}=${value}`)].join(' ')}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`the harness ended: ${await this.end()}`)
    return value.split(' ').map((word: string) => (word === '-' ? '' : word))
  }

  /** Ends it; returns what the sanitizers say. */
  async end(): Promise<string> {
    this.#child.stdin!.end()
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close')
    return this.#child.exitCode === 0 ? this.#errors : this.#errors || `status ${this.#child.exitCode}`
  }
}
