/** Tokens of grants: each names its key and its grant. They are not secret, and not needed: grants count at once. */
import { fromBase64, toBase64 } from '../../base/base64.ts'
import { KmsError } from '../core/error.ts'
import type { KeyRing } from '../keys/key-ring.ts'

/** The token of a grant. */
export const tokenOf = (keyId: string, grantId: string): string =>
  toBase64(new TextEncoder().encode(`${keyId}:${grantId}`))

const badToken = () =>
  new KmsError('E_KMS_GRANT_TOKEN', {
    what: 'the grant token is invalid, or its grant has ended',
    expected: 'the grantToken of a CreateGrant',
  })

/** The key and the grant that a token names. @throws {KmsError} E_KMS_GRANT_TOKEN */
export function readToken(token: string): readonly [keyId: string, grantId: string] {
  try {
    const [, keyId, grantId] = /^([0-9a-f-]{36}):([0-9a-f]{64})$/.exec(
      new TextDecoder().decode(fromBase64(token)),
    )!
    return [keyId!, grantId!]
  } catch {
    throw badToken()
  }
}

/** Checks that each token is that of a grant. @throws {KmsError} E_KMS_GRANT_TOKEN */
export async function requireTokens(ring: KeyRing, tokens: readonly string[]): Promise<void> {
  for (const token of tokens) {
    const [keyId, id] = readToken(token)
    const key = await ring.find(keyId).catch(() => undefined)
    if (!key?.grants?.some((grant) => grant.id === id)) throw badToken()
  }
}
