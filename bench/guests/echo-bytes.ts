/** Returns every byte, on every connection to port 5000. */
import { vsock } from 'webclave/sdk'

async function serve(socket: vsock.Socket): Promise<void> {
  for await (const bytes of socket) await socket.write(bytes)
  socket.close()
}

export default async function main(): Promise<void> {
  for await (const socket of vsock.listen(5000)) serve(socket).catch(() => socket.close())
}
