import { toBase64 } from '../../src/base/base64.ts'

/** Base64 for links (RFC 4648 section 5), without padding. `fromBase64` reads it. */
export const toBase64url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
