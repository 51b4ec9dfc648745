/** An enclave with the guest test/guests/messages.ts: the engine's compiled codec, for a test of it. */
import { buildImage } from '../../src/image/index.ts'
import { createParent, type Enclave, type Parent } from '../../src/parent/index.ts'
import { connectWhenReady, guestPath, receiveBytes, send } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

/** What the engine said of one part: the value that it has read as text, or its error; and what it has written. */
export interface Outcome {
  readonly text: string
  readonly written: Uint8Array
}

export class EngineCodec {
  readonly #parent: Parent
  readonly #enclave: Enclave

  private constructor(parent: Parent, enclave: Enclave) {
    this.#parent = parent
    this.#enclave = enclave
  }

  static async open(): Promise<EngineCodec> {
    const { eif } = await buildImage({ app: { path: guestPath('messages.ts') } })
    const parent = await createParent({ vcpus: 2, memoryMiB: 1024 })
    const options = { vcpus: 1, memoryMiB: 256, startTimeout: patience(20_000) }
    return new EngineCodec(parent, await parent.start(eif, options))
  }

  /** Reads messages, and writes what it has read. */
  read(messages: readonly Uint8Array[]): Promise<Outcome[]> {
    return this.#exchange(messages.map((message) => Buffer.concat([Buffer.from('r'), message])))
  }

  /** Writes the values of expressions. `isOnce`: being written changes them. */
  write(expressions: readonly string[], isOnce = false): Promise<Outcome[]> {
    return this.#exchange(expressions.map((code) => Buffer.from(`${isOnce ? 'o' : 'e'}${code}`)))
  }

  async #exchange(parts: readonly Uint8Array[]): Promise<Outcome[]> {
    await using socket = await connectWhenReady(this.#enclave, 5000)
    const reading = receiveBytes(socket)
    await send(socket, Buffer.concat(parts.flatMap((part) => [lengthOf(part), part])))
    const answer = Buffer.from(await reading)
    const pieces: Buffer[] = []
    for (let at = 0; at < answer.length; at += 4 + pieces.at(-1)!.length)
      pieces.push(answer.subarray(at + 4, at + 4 + answer.readUInt32BE(at)))
    return parts.map((_, at) => ({ text: pieces[2 * at]!.toString(), written: pieces[2 * at + 1]! }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parent.close()
  }
}

function lengthOf(part: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(part.length)
  return prefix
}
