/** jose: tokens signed with HS256 and ES256, and an encrypted one. */
import { base64url, EncryptJWT, exportJWK, generateKeyPair, jwtDecrypt, jwtVerify, SignJWT } from 'jose'

export default async function main() {
  const secret = new Uint8Array(32).fill(7)
  const token = await new SignJWT({ role: 'admin' })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('enclave')
    .sign(secret)
  const { payload } = await jwtVerify(token, secret, { issuer: 'enclave' })
  if (payload.role !== 'admin') throw new Error('HS256')
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const signed = await new SignJWT({ n: 1 }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)
  if ((await jwtVerify(signed, publicKey)).payload.n !== 1) throw new Error('ES256')
  if ((await exportJWK(publicKey)).crv !== 'P-256') throw new Error('exportJWK')
  const sealed = await new EncryptJWT({ n: 2 })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(secret)
  if ((await jwtDecrypt(sealed, secret)).payload.n !== 2) throw new Error('A256GCM')
  if (base64url.encode('hi') !== 'aGk') throw new Error('base64url')
}
