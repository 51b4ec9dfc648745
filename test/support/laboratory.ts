/** Enclaves that run code for a test (test/guests/laboratory.ts), and helpers to communicate with any enclave. */
import { fileURLToPath } from 'node:url'
import { type BuildOptions, type BuiltImage, buildImage } from '../../src/image/index.ts'
import { connectWhenReady as connect } from '../../src/parent/connect-when-ready.ts'
import {
  createParent,
  type Enclave,
  type Parent,
  type StartOptions,
  type VsockSocket,
} from '../../src/parent/index.ts'
import { patience } from './patience.ts'

export const guestPath = (name: string): string =>
  fileURLToPath(new URL(`../guests/${name}`, import.meta.url))

let image: Promise<BuiltImage> | undefined

/** The laboratory's image, built once per test file; what is given instead of its own parts makes another one. */
export function laboratoryImage(parts?: Pick<BuildOptions, 'files' | 'manifest'>): Promise<BuiltImage> {
  const build = () =>
    buildImage({
      app: { path: guestPath('laboratory.ts') },
      args: ['one', 'two'],
      env: { COLOUR: 'blue' },
      files: { 'etc/motd': new TextEncoder().encode('welcome') },
      manifest: { destinations: ['localhost:*', '127.0.0.0/8:*', '0.0.0.0/0:*', '*.allowed.example:*'] },
      ...parts,
    })
  if (parts) return build()
  image ??= build()
  return image
}

/** The outcome of a program in the enclave: its result or its error. */
export interface Reply {
  value?: unknown
  error?: { name: string; message: string; code?: string }
}

/** A parent instance with one laboratory enclave. */
export class Laboratory {
  readonly parent: Parent
  readonly enclave: Enclave

  private constructor(parent: Parent, enclave: Enclave) {
    this.parent = parent
    this.enclave = enclave
  }

  static async open(
    options: Partial<StartOptions> & {
      profile?: 'qingtian' | 'nitro'
      parts?: Pick<BuildOptions, 'files' | 'manifest'>
    } = {},
  ): Promise<Laboratory> {
    const { profile = 'qingtian', parts, ...start } = options
    const parent = await createParent({ vcpus: 4, memoryMiB: 1024, profile })
    const { eif } = await laboratoryImage(parts)
    return new Laboratory(
      parent,
      await parent.start(eif, { vcpus: 1, memoryMiB: 64, startTimeout: patience(20_000), ...start }),
    )
  }

  /** Runs `code`, the body of an async function of `sdk`, in the enclave, and returns its result. */
  async run<Result = unknown>(code: string): Promise<Result> {
    const reply = await this.attempt(code)
    if ('error' in reply) throw new Error(`in the enclave: ${JSON.stringify(reply.error)}`)
    return reply.value as Result
  }

  /** The same, but returns an error instead of throwing it. */
  async attempt(code: string): Promise<Reply> {
    await using socket = await this.enclave.connect(5000)
    await send(socket, code)
    return JSON.parse(await receiveAll(socket))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.parent.close()
  }
}

/** Connects as soon as the guest listens; until then connections are refused. */
export function connectWhenReady(enclave: Enclave, port: number): Promise<VsockSocket> {
  return connect(() => enclave.connect(port), patience(20_000))
}

/** Writes `data`, and shuts down the sending direction. */
export async function send(socket: VsockSocket, data: string | Uint8Array): Promise<void> {
  const writer = socket.writable.getWriter()
  await writer.write(typeof data === 'string' ? new TextEncoder().encode(data) : data)
  await writer.close()
}

/** Everything that is received until the peer shuts down its sending direction. */
export async function receiveBytes(socket: VsockSocket): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(socket.readable).arrayBuffer())
}

/** The same, as text. */
export async function receiveAll(socket: VsockSocket): Promise<string> {
  return new TextDecoder().decode(await receiveBytes(socket))
}
