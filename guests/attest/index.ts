/**
 * The README's enclave: each connection to port 5000 sends a nonce and gets an attestation document that contains it.
 */
import { qtsm, vsock } from 'webclave/sdk'

export default async function main(): Promise<void> {
  for await (const socket of vsock.listen(5000)) {
    await socket.write(qtsm.attest({ nonce: (await socket.read()) ?? new Uint8Array(0) }))
    socket.close()
  }
}
