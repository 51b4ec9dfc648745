/** Answers every connection with an endless number of empty lines, and prints as many. */
import { vsock } from 'webclave/sdk'

const LINES = new Uint8Array(65536).fill(10)

async function flood(socket: vsock.Socket): Promise<void> {
  await socket.read()
  for (;;) {
    console.log('\n'.repeat(1000))
    await socket.write(LINES)
  }
}

export default async function main(): Promise<void> {
  for await (const socket of vsock.listen(5000)) flood(socket).catch(() => {})
}
