/** Starts the enclave, and talks to it over vsock. */
import { join } from 'node:path'
import { createParent, pcrHex } from 'webclave'
import { buildImage } from 'webclave/image'

export interface Shout {
  /** The digest of the image. */
  readonly pcr0: string
  /** The guest's answer to `text`. */
  ask(text: string): Promise<string>
  stop(): Promise<void>
}

export async function startShout(): Promise<Shout> {
  const { eif, pcrs } = await buildImage({ app: { path: join(import.meta.dirname, '../build/guest.wasm') } })
  const parent = await createParent({ vcpus: 1, memoryMiB: 64 })
  const enclave = await parent.start(eif, { vcpus: 1, memoryMiB: 64 })

  async function ask(text: string): Promise<string> {
    const socket = await enclave.connect(5000)
    const send = async () => {
      const writer = socket.writable.getWriter()
      await writer.write(new TextEncoder().encode(text))
      await writer.close()
    }
    // At the same time: the guest answers before it has read everything.
    const [answer] = await Promise.all([new Response(socket.readable).text(), send()])
    return answer
  }

  return { pcr0: pcrHex(pcrs, 0), ask, stop: () => parent.close() }
}
