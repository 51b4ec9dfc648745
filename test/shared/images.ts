/** Images of test/guests/sharing.ts. */
import { type BuiltImage, buildImage } from '../../src/image/index.ts'
import { guestPath } from '../support/laboratory.ts'

/** An image that pins `roots`. */
export function sharingImage(
  roots: readonly string[],
  env: Readonly<Record<string, string>> = {},
  profile: 'qingtian' | 'nitro' = 'qingtian',
): Promise<BuiltImage> {
  const files = { 'root.pem': new TextEncoder().encode(roots.join('\n')) }
  return buildImage({ app: { path: guestPath('sharing.ts') }, files, env, profile })
}
