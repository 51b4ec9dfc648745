/** Accepts and never reads. */
import { vsock } from 'webclave/sdk'

const kept: unknown[] = []

export default async function main(): Promise<void> {
  for await (const socket of vsock.listen(5000)) kept.push(socket)
}
