/**
 * Looks for ways out of the enclave: the globals of a web page, the network, other enclaves, and its parent instance.
 */
import { Connection } from 'qingtian:enclave/vsock'
import { wait } from 'webclave:engine'
import { serve, vsock } from 'webclave/sdk'

const WAYS_OUT = ['XMLHttpRequest', 'WebSocket', 'Worker', 'SharedArrayBuffer', 'localStorage', 'indexedDB']

const handlers = {
  /** Which of the ways out of a web page exist here. */
  look() {
    return { tried: WAYS_OUT, found: WAYS_OUT.filter((name) => name in globalThis) }
  },

  /** Fetches from the network. */
  async fetch({ url }: { url: string }) {
    try {
      return { status: (await fetch(url)).status }
    } catch (error) {
      return { failed: String(error) }
    }
  },

  /** Connects to a port of the parent instance, and returns what it says. */
  async knock({ port }: { port: number }) {
    try {
      const socket = await vsock.connect(port)
      const parts: string[] = []
      for await (const bytes of socket) parts.push(new TextDecoder().decode(bytes))
      return { heard: parts.join('') }
    } catch (error) {
      return { failed: String(error) }
    }
  },

  /** Connects to another enclave. */
  async visit({ cid }: { cid: number }) {
    try {
      const connection = Connection.connect({ cid, port: 5000 })
      await wait(connection.subscribe())
      connection.streams()
      return { reached: cid }
    } catch (error) {
      return { failed: String((error as { payload?: unknown }).payload ?? error) }
    }
  },
}

export default async function main(): Promise<void> {
  console.log('door serves on port 5000')
  await serve(handlers)
}
