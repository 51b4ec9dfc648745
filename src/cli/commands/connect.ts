/** `qt enclave connect`: a connection to a port of an enclave, between standard input and output. */
import { pipeline } from 'node:stream/promises'
import { connectTo } from '../../node/connect-to.ts'
import type { Command } from '../core/command.ts'
import { printable } from '../output/output.ts'
import { ENCLAVE_ID } from './enclave-id.ts'

export const connect: Command = {
  name: 'enclave connect',
  summary: 'connect standard input and output to a vsock port of an enclave, until it closes',
  example: 'echo hello | qt enclave connect --enclave-id 0 --port 5000',
  notes: [
    'A program connects to the Socket that qt enclave query shows, writes CONNECT 5000 and a newline, reads one line that',
    'begins with OK, and is then connected; in Node, connectTo(0, 5000) of webclave/node does that.',
  ],
  options: {
    'enclave-id': { ...ENCLAVE_ID, required: true },
    port: {
      type: 'string',
      value: 'PORT',
      required: true,
      integer: { min: 0, max: 0xffffffff },
      help: 'the vsock port on which the enclave listens',
    },
  },
  async run(options) {
    const stream = await connectTo(options.integer('enclave-id') ?? 0, options.integer('port') ?? 0)
    const { stdin, stdout } = process
    // If the enclave closes first, input that nobody reads is not an error.
    const sending = pipeline(stdin, stream).catch(() => {})
    const showing = stdout.isTTY
      ? pipeline(stream, visible, stdout, { end: false })
      : pipeline(stream, stdout, { end: false })
    await showing.catch((error: NodeJS.ErrnoException) => {
      // Nobody reads the rest.
      if (error.code !== 'EPIPE') throw error
    })
    stdin.destroy()
    await sending
    return 0
  },
}

/** A terminal obeys control characters, which the enclave may send; a file or program gets the bytes as they are. */
async function* visible(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const chunk of bytes) yield printable(decoder.decode(chunk, { stream: true }))
}
