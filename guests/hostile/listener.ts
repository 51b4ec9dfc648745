/** Listens, and answers every connection. */
import { vsock } from 'webclave/sdk'

export default async function main(): Promise<void> {
  for await (const socket of vsock.listen(5000)) socket.close()
}
