/** Images of test/guests/sharing.ts, and enclaves of them. */
import { type BuiltImage, buildImage, type Signer } from '../../src/image/index.ts'
import type { Enclave, Parent, StartOptions } from '../../src/parent/index.ts'
import type { Sharing } from '../guests/sharing.ts'
import { guestPath } from '../support/laboratory.ts'
import { patience } from '../support/patience.ts'

/** What makes an image another one. */
export interface ImageOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly profile?: 'qingtian' | 'nitro'
  readonly signing?: Signer
}

/** An image that pins `roots`. */
export function sharingImage(roots: readonly string[], options: ImageOptions = {}): Promise<BuiltImage> {
  const files = { 'root.pem': new TextEncoder().encode(roots.join('\n')) }
  return buildImage({ app: { path: guestPath('sharing.ts') }, files, ...options })
}

/** A started enclave; its service listens once it has the secret. */
export function startSharing(
  parent: Parent,
  { eif }: BuiltImage,
  options: Partial<StartOptions> = {},
): Promise<Enclave> {
  return parent.start(eif, { vcpus: 1, memoryMiB: 64, startTimeout: patience(20_000), ...options })
}

/** The signature of a started enclave over a text, in hexadecimal; waits until it has the secret. */
export async function signatureOf(enclave: Enclave): Promise<string> {
  await using client = await enclave.client<Sharing>(5000, { timeout: patience(20_000) })
  return Buffer.from(await client.call.sign({ text: 'a text' })).toString('hex')
}
