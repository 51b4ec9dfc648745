/** An enclave with guests/rust's probe, which runs a check by its name and answers with its outcomes. */
import { compiledGuest } from '../../../scripts/compiled-guests.ts'
import { buildImage } from '../../../src/image/index.ts'
import { createParent, type Enclave, type Parent } from '../../../src/parent/index.ts'
import { connectWhenReady, receiveAll, send } from '../../support/laboratory.ts'

/** The path of the probe; undefined if there is no compiler, which has been reported. */
export const probePath: string | undefined = await compiledGuest('probe-rust')

export class Probe {
  readonly parent: Parent
  readonly enclave: Enclave

  private constructor(parent: Parent, enclave: Enclave) {
    this.parent = parent
    this.enclave = enclave
  }

  static async start(profile: 'qingtian' | 'nitro' = 'qingtian', isDebugged = false): Promise<Probe> {
    const { eif } = await buildImage({ app: { path: probePath! } })
    const parent = await createParent({ vcpus: 1, memoryMiB: 128, profile })
    return new Probe(parent, await parent.start(eif, { vcpus: 1, memoryMiB: 128, debug: isDebugged }))
  }

  /** The outcomes of a check. */
  async run(...words: (string | number)[]): Promise<string[]> {
    await using socket = await connectWhenReady(this.enclave, 5000)
    await send(socket, words.join(' '))
    return (await receiveAll(socket)).split('\n')
  }

  /** The outcomes by their names. */
  async outcomes(...words: (string | number)[]): Promise<Record<string, string>> {
    const lines = await this.run(...words)
    return Object.fromEntries(lines.map((line) => line.split(/: (.*)/, 2) as [string, string]))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.parent.close()
  }
}
